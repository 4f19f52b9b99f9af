using System.Text.Json;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Resampling;

/// <summary>Compares resizing with the official program, including its border rule.</summary>
public class ResamplerConformanceTests
{
    private static readonly Workers Two = new(2);

    public static TheoryData<string> Cases => new(Vectors.Cases("01_resize/cases").Select(c => c.GetProperty("id").GetString()!));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Resized_volumes_agree_with_the_official_program(string id)
    {
        JsonElement vector = Vectors.Case("01_resize/cases", "id", id);
        Volume<float> input = Vectors.Volume($"01_resize/{id}_in");
        Volume<float> expected = Vectors.Volume($"01_resize/{id}_out");

        Volume<float> actual = Resampler.Resize(input, expected.Extent, ScaleOf(vector, input, expected), Two, BorderRule.FoldedDistance);

        // 2e-5 for components in [−1, 1]; two cases have larger values.
        float largest = Math.Max(1, input.Samples.ToArray().Max(Math.Abs));
        Near.Assert(expected, actual, 2e-5 * largest, id);
    }

    [Theory]
    [InlineData('T')]
    [InlineData('H')]
    [InlineData('W')]
    public void Tap_weights_agree_with_the_official_tables_along_each_axis(char axis)
    {
        foreach (JsonElement table in Vectors.Cases("01_resize/tables_1d"))
        {
            int inputSize = table.GetProperty("in_size").GetInt32();
            int outputSize = table.GetProperty("out_size").GetInt32();
            double scale = table.GetProperty("scale").GetDouble();
            double[][] taps = Rows(table, "field_of_view_after_mirror");
            double[][] weights = Rows(table, "weights");
            for (int sample = 0; sample < inputSize; sample++)
            {
                var impulse = new Volume<float>(Along(axis, inputSize), 1);
                impulse.Samples[sample] = 1;
                Volume<float> resized = Resampler.Resize(
                    impulse, Along(axis, outputSize), Along(axis, scale), Two, BorderRule.FoldedDistance);
                for (int i = 0; i < outputSize; i++)
                    Assert.Equal(taps[i].Zip(weights[i]).Where(p => p.First == sample).Sum(p => p.Second), resized.Samples[i], 3e-6);
            }
        }
    }

    /// <summary>In these cases the official program returns its input, regardless of the requested size.</summary>
    [Theory]
    [InlineData("scale1_shape_ignored")]
    [InlineData("up_mixed_updown")]
    public void Output_has_the_requested_size_even_at_scale_1(string id)
    {
        JsonElement vector = Vectors.Case("01_resize/cases", "id", id);
        Volume<float> input = Vectors.Volume($"01_resize/{id}_in");
        Extent wanted = vector.GetProperty("out_shape_argument").Extent();

        Volume<float> actual = Resampler.Resize(input, wanted, vector.GetProperty("scale_factors").Scale(), Two);

        Assert.Equal(wanted, actual.Extent);
        Assert.NotEqual(wanted, vector.GetProperty("actual_out_shape").Extent());
    }

    private static Scale ScaleOf(JsonElement vector, Volume<float> input, Volume<float> output)
    {
        JsonElement factors = vector.GetProperty("scale_factors");
        return factors.ValueKind switch
        {
            JsonValueKind.Array => factors.Scale(),
            JsonValueKind.Number => new Scale(1, factors.GetDouble(), factors.GetDouble()),
            _ => new Scale(
                (double)output.Extent.T / input.Extent.T, (double)output.Extent.H / input.Extent.H, (double)output.Extent.W / input.Extent.W),
        };
    }

    private static double[][] Rows(JsonElement table, string property) =>
        table.GetProperty(property).EnumerateArray().Select(r => r.Doubles()).ToArray();

    private static Extent Along(char axis, int size) =>
        new(axis == 'T' ? size : 1, axis == 'H' ? size : 1, axis == 'W' ? size : 1);

    private static Scale Along(char axis, double scale) =>
        new(axis == 'T' ? scale : 1, axis == 'H' ? scale : 1, axis == 'W' ? scale : 1);
}
