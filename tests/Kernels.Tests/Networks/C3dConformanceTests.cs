using System.Text.Json;
using Vgpnn.Kernels.Networks;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Networks;

/// <summary>The network's layers against PyTorch, with random weights that are made again by rule.</summary>
public class C3dConformanceTests
{
    private static readonly Workers Workers = new(2);

    [Fact]
    public void The_weights_are_made_again_by_rule()
    {
        foreach (JsonElement parameter in Vectors.Cases("11_c3d/params"))
        {
            float[] values = RuleWeights.Make(parameter.GetProperty("name").GetString()!, parameter.Ints("shape"));
            Assert.Equal(parameter.GetProperty("sum").GetDouble(), values.Sum(v => (double)v), 1e-5);
            Assert.Equal(parameter.GetProperty("first").Doubles(), values.Take(3).Select(v => (double)v));
        }
    }

    [Fact]
    public void Features_of_all_layers_agree()
    {
        Volume<float> video = Vectors.Volume("11_c3d/input_u8", bytes: true);
        foreach (JsonElement layer in Vectors.Cases("11_c3d/layers"))
        {
            string name = layer.GetProperty("name").GetString()!;
            var c3d = new C3d(new RuleWeights(), Enum.Parse<C3dLayer>(name, ignoreCase: true));
            Volume<float> features = c3d.Features(video, Workers);

            int[] shape = layer.Ints("shape");
            Assert.Equal((shape[0], new Extent(shape[1], shape[2], shape[3])), (features.Channels, features.Extent));
            double most = layer.GetProperty("max").GetDouble();
            int every = layer.GetProperty("saved_every_nth_channel").GetInt32(), positions = (int)features.Extent.Count;
            double worst = 0;
            ReadOnlySpan<double> expected = Vectors.Array($"11_c3d/{name}").Values;
            for (int i = 0; i < expected.Length; i++)
                worst = Math.Max(worst, Math.Abs(expected[i] - features.Samples[(i % positions * features.Channels) + (i / positions * every)]));
            Assert.True(worst <= 1e-5 * most, $"{name} is off by {worst / most:G3} of the maximum");
            Assert.Equal(layer.GetProperty("mean").GetDouble(), features.Samples.ToArray().Average(v => (double)v), 1e-5);
        }
    }
}
