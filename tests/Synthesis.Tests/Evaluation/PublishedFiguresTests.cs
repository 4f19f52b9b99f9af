using System.Globalization;
using Vgpnn.Kernels.Threading;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Evaluation;

namespace Vgpnn.Synthesis.Tests.Evaluation;

/// <summary>
/// Samples published by the paper's authors, with the scores of an independent program. The videos and the table (FIGURES.md) are not part of the
/// sources: <c>VGPNN_FOOTAGE</c> names the directory that contains both, with the folders <c>generation</c> and <c>paper</c>.
/// </summary>
public class PublishedFiguresTests
{
    private const double OfFrames = 0.02;
    private const double OfSelectedPatches = 0.1;

    // This search is better, and finds less disorder where many patches are similar.
    private const double OfFields = 0.04;

    [FootageTheory]
    [InlineData("balloons_144p")]
    [InlineData("skydivers_144p")]
    [InlineData("lions_144p")]
    [InlineData("waterfall_168p")]
    public async Task Scores_match_the_published_table(string clip)
    {
        Clip input = await ReadAsync(Path.Combine("generation", clip + ".mp4"));
        Clip[] samples = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => ReadAsync(Path.Combine("paper", $"{clip}_{i}.mp4"))));
        var evaluator = new Evaluator(input, new Workers(Environment.ProcessorCount));
        for (int i = 0; i < samples.Length; i++)
        {
            double[] published = [.. Row($"| `{clip}_{i}` |").Select(Number)];
            SampleScores own = evaluator.Add(samples[i]);
            Near(published[0], own.Coherence, OfSelectedPatches);
            Near(published[1], own.Completeness, OfSelectedPatches);
            Near(published[2], own.Sharpness, OfFrames);
            Near(published[3], own.FrameDifference, OfFrames);
            Near(published[4], own.Flicker, OfFrames);
            Near(published[5], own.NnfDiversity, OfFields);
            Near(published[6], own.CopiedFrames, OfFrames);
        }

        Near(Number(Row($"| all three of `{clip}` |")[^1]), evaluator.Diversity(), OfFrames);
    }

    // Tolerates half a unit of the last printed digit.
    private static void Near(double published, double? own, double tolerance) =>
        Assert.InRange(own!.Value, (published * (1 - tolerance)) - 0.0005, (published * (1 + tolerance)) + 0.0005);

    private static string[] Row(string start) =>
        [.. File.ReadLines(Path.Combine(FootageTheoryAttribute.Root!, "FIGURES.md")).Single(l => l.StartsWith(start, StringComparison.Ordinal))
            .Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Skip(1)];

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    private static async Task<Clip> ReadAsync(string name) => (await ClipReader.ReadAsync(Path.Combine(FootageTheoryAttribute.Root!, name))).Clip;

    private sealed class FootageTheoryAttribute : TheoryAttribute
    {
        public FootageTheoryAttribute() => Skip = Root is null ? "needs the published samples; VGPNN_FOOTAGE=DIR names their directory" : null;

        public static string? Root => Environment.GetEnvironmentVariable("VGPNN_FOOTAGE");
    }
}
