using System.Text.Json;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Applications;

/// <summary>One of the stored runs of the official program with exhaustive search. It numbers levels from the coarsest.</summary>
internal sealed class OfficialRun
{
    private readonly string _name;

    public OfficialRun(string name)
    {
        _name = name;
        JsonElement run = Vectors.Case("07_e2e/runs", "run", name);
        Extent[] values = run.GetProperty("value_shapes").EnumerateArray().Select(s => s.Extent()).ToArray();
        Extent[] outputs = run.GetProperty("output_shapes").EnumerateArray().Select(s => s.Extent()).ToArray();
        Extent[] patches = run.GetProperty("Ks").EnumerateArray().Select(s => s.Extent()).ToArray();
        int[] iterations = run.Ints("Js");
        NoiseAmplitude = run.GetProperty("noise_amp").GetDouble();
        Count = values.Length;

        // The official program plans these scales of the value pyramid for this size and these factors.
        JsonElement planned = Vectors.Cases("02_pyramid/pyramid_shapes").First(e => e.GetProperty("note").GetString() == "end-to-end run A");
        Scale[] scales = planned.GetProperty("scales").EnumerateArray().Select(s => s.Scale()).ToArray();
        LevelPlan[] levels = Enumerable.Range(0, Count).Select(n =>
        {
            int l = Count - 1 - n;
            return new LevelPlan(n, scales[l], values[l], outputs[l], patches[l], iterations[l]);
        }).ToArray();
        Plan = new PyramidPlan(values[^1], outputs[^1], run.GetProperty("sthw").Scale(), levels, 1, 1, 1);
    }

    public int Count { get; }

    public double NoiseAmplitude { get; }

    /// <summary>The levels of the run, the finest first.</summary>
    public PyramidPlan Plan { get; }

    public static Volume<float> Input => Vectors.Volume("07_e2e/input");

    /// <summary>The level with the official program's number <paramref name="l"/>.</summary>
    public LevelPlan Level(int l) => Plan.Levels[Count - 1 - l];

    public static Volume<float> Values(int l) => Vectors.Volume($"07_e2e/pyr{l}");

    /// <summary>The keys of a pass: blurred in pass 0 of all levels but the coarsest, otherwise sharp; the same in all runs.</summary>
    public static Volume<float> Keys(int l, int pass) => l > 0 && pass == 0 ? Vectors.Volume($"07_e2e/A/L{l}_j0_k") : Values(l);

    /// <summary>The query of a pass.</summary>
    public Volume<float> Query(int l, int pass) => pass == 0 ? Vectors.Volume($"07_e2e/{_name}/L{l}_j0_q") : Output(l, pass - 1);

    public Volume<float> Output(int l, int pass) => Vectors.Volume($"07_e2e/{_name}/L{l}_j{pass}_out");

    public int[] Index(int l, int pass) => Vectors.Array($"07_e2e/{_name}/L{l}_j{pass}_index").Ints;

    /// <summary>q0 + amplitude·z.</summary>
    public Volume<float> CoarsestQuery()
    {
        Volume<float> query = Vectors.Volume($"07_e2e/{_name}/q0"), noise = Vectors.Volume($"07_e2e/{_name}/noise");
        for (int i = 0; i < query.Count; i++) query.Samples[i] += (float)NoiseAmplitude * noise.Samples[i];
        return query;
    }
}
