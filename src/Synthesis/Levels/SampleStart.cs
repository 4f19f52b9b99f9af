using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Levels;

/// <summary>
/// Chooses the noise that a sample starts from. Whether a sample keeps the input's objects is decided at the two coarsest levels, which cost very little; so
/// several starts run there, and the best continues: the one that is most complete (Simakov et al. 2008) relative to its difference from the input.
/// Without the difference, samples would be similar to each other, and copies.
/// </summary>
internal static class SampleStart
{
    private const int Several = 8;
    private const double DifferenceWeight = 0.4;

    // A start is a near-copy if its difference from the input is below this part of the mean difference of all starts.
    private const double NearCopy = 0.5;

    // Maximum work of all starts together, as a part of a sample's work.
    private const double MostWork = 0.1;

    /// <summary>The level at which starts are judged. There must be at least two.</summary>
    public static LevelPlan JudgedLevel(IReadOnlyList<LevelPlan> levels) => levels[^2];

    /// <summary>Number of starts of a sample: several if the two coarsest levels are small compared with the others, otherwise one.</summary>
    /// <param name="levels">Finest first.</param>
    /// <param name="options">The options of the method.</param>
    /// <param name="walk">Patch distances of one pass over all levels.</param>
    public static int Count(IReadOnlyList<LevelPlan> levels, MethodOptions options, long walk) =>
        options.Application == Application.Generation && options.Noise != 0 && levels.Count >= 3
        && Several * Evaluations(levels, options) <= MostWork * walk
            ? Several
            : 1;

    /// <summary>Patch distances of one start and of judging it.</summary>
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

    /// <summary>Bytes held while a start runs, in addition to those of the two coarsest levels.</summary>
    public static long HeldBytes(IReadOnlyList<LevelPlan> levels) =>
        Volume.Bytes<float>(levels[^1].Output, 3) + Volume.Bytes<float>(JudgedLevel(levels).Output, 3);

    /// <summary>Bytes needed to judge a start, its output included.</summary>
    public static long JudgingBytes<T>(LevelPlan judged)
        where T : unmanaged =>
        Volume.Bytes<T>(judged.Output, 3) + Volume.Bytes<float>(judged.Output, 3) + NearestNeighbourField.Bytes(judged.KeyGrid)
        + PatchSearches.Create<T>(SearchMethod.Exhaustive).WorkingBytes(judged.Input, judged.Output, judged.Patch, 3, 0);

    /// <summary>Mean distance of the input's patches to their nearest patches in a start, a measure of what the start lacks.</summary>
    public static double Missing<T>(Volume<T> input, Volume<T> output, Extent patch, Workers workers)
        where T : unmanaged
    {
        var field = new NearestNeighbourField(input.Extent, output.Extent, patch);
        PatchSearches.Create<T>(SearchMethod.Exhaustive).Search(new SearchTask<T> { Query = input, Keys = output, Patch = patch, Field = field }, workers);
        return field.MeanDistance();
    }

    /// <summary>The index of the best start.</summary>
    /// <param name="missing">What each start lacks of the input (<see cref="Missing"/>).</param>
    /// <param name="different">The difference of each start from the input (<see cref="Difference"/>).</param>
    public static int Choose(double[] missing, double[] different)
    {
        double[] cost = [.. missing.Zip(different, (m, d) => Cost(Share(m, missing), Share(d, different)))];
        return Array.IndexOf(cost, cost.Min());
    }

    private static double Cost(double missing, double different) =>
        different < NearCopy ? double.PositiveInfinity : missing - (DifferenceWeight * different);

    private static double Share(double value, double[] all) => value / all.Average() is double share and >= 0 ? share : 1;

    /// <summary>The mean difference of a start from the input, for components in [−1, 1].</summary>
    public static double Difference(Volume output, Volume<float> unchanged)
    {
        Volume<float> floats = output as Volume<float> ?? ColourConversion.ToFloat((Volume<byte>)output);
        double sum = 0;
        for (int i = 0; i < floats.Count; i++) sum += Math.Abs(floats.Samples[i] - unchanged.Samples[i]);
        return sum / floats.Count;
    }
}
