using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Levels;

/// <summary>
/// Which noise a sample starts from. Whether a sample keeps the input's objects is decided at the two coarsest levels, which
/// cost next to nothing; so several starts are taken there, and the best goes on: the one that is most complete (Simakov et
/// al. 2008) for how far it has come from the input. Without the second half of this the samples would be alike, and copies.
/// </summary>
internal static class SampleStart
{
    private const int Several = 8;
    private const double DifferenceWeight = 0.4;

    // A start that differs from the input by less than this part of what starts differ on average is all but a copy.
    private const double NearCopy = 0.5;

    // All starts together may take this part of a sample's work.
    private const double MostWork = 0.1;

    /// <summary>The level at which starts are judged. There must be at least two.</summary>
    public static LevelPlan JudgedLevel(IReadOnlyList<LevelPlan> levels) => levels[^2];

    /// <summary>How many starts a sample gets: several where the two coarsest levels are small beside the others, otherwise one.</summary>
    /// <param name="levels">Finest first.</param>
    /// <param name="options">The knobs of the method.</param>
    /// <param name="walk">Patch evaluations of all levels once.</param>
    public static int Count(IReadOnlyList<LevelPlan> levels, MethodOptions options, long walk) =>
        options.Application == Application.Generation && options.Noise != 0 && levels.Count >= 3
        && Several * Evaluations(levels, options) <= MostWork * walk
            ? Several
            : 1;

    /// <summary>Patch evaluations of one start, those of judging it included.</summary>
    public static double Evaluations(IReadOnlyList<LevelPlan> levels, MethodOptions options)
    {
        LevelPlan judged = JudgedLevel(levels);
        double work = (double)judged.KeyGrid.Count * judged.Output.PatchGrid(judged.Patch).Count;
        foreach (LevelPlan level in (LevelPlan[])[levels[^1], judged])
        {
            for (int j = 0; j < level.Iterations; j++)
                work += PlanCost.Evaluations<byte>(options, level, j);
        }

        return work;
    }

    /// <summary>Bytes that are held besides what a run of the two coarsest levels holds while a start is run.</summary>
    public static long HeldBytes(IReadOnlyList<LevelPlan> levels) =>
        Volume.Bytes<float>(levels[^1].Output, 3) + Volume.Bytes<float>(JudgedLevel(levels).Output, 3);

    /// <summary>Bytes that judging a start takes, its output included.</summary>
    public static long JudgingBytes<T>(LevelPlan judged)
        where T : unmanaged =>
        Volume.Bytes<T>(judged.Output, 3) + Volume.Bytes<float>(judged.Output, 3) + NearestNeighbourField.Bytes(judged.KeyGrid)
        + PatchSearches.Create<T>(SearchMethod.Exhaustive).WorkingBytes(judged.Input, judged.Output, judged.Patch, 3, 0);

    /// <summary>Mean distance of the input's patches to their nearest patches in a start: how much of the input is missing there.</summary>
    public static double Missing<T>(Volume<T> input, Volume<T> output, Extent patch, Workers workers)
        where T : unmanaged
    {
        var field = new NearestNeighbourField(input.Extent, output.Extent, patch);
        PatchSearches.Create<T>(SearchMethod.Exhaustive).Search(new SearchTask<T> { Query = input, Keys = output, Patch = patch, Field = field }, workers);
        return field.MeanDistance();
    }

    /// <summary>The number of the best start.</summary>
    /// <param name="missing">How much of the input each start misses (<see cref="Missing"/>).</param>
    /// <param name="different">How much each start differs from the input (<see cref="Difference"/>).</param>
    public static int Choose(double[] missing, double[] different)
    {
        double[] cost = [.. missing.Zip(different, (m, d) => Cost(Share(m, missing), Share(d, different)))];
        return Array.IndexOf(cost, cost.Min());
    }

    private static double Cost(double missing, double different) =>
        different < NearCopy ? double.PositiveInfinity : missing - (DifferenceWeight * different);

    private static double Share(double value, double[] all) => value / all.Average() is double share and >= 0 ? share : 1;

    /// <summary>The mean difference of a start from the input, for samples in [−1, 1].</summary>
    public static double Difference(Volume output, Volume<float> unchanged)
    {
        Volume<float> floats = output as Volume<float> ?? ColourConversion.ToFloat((Volume<byte>)output);
        double sum = 0;
        for (int i = 0; i < floats.Count; i++) sum += Math.Abs(floats.Samples[i] - unchanged.Samples[i]);
        return sum / floats.Count;
    }
}
