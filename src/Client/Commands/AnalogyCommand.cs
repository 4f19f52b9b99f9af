using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn analogy</c>: the style of one video in the motion of another.</summary>
internal sealed class AnalogyCommand : StructureVerb
{
    private readonly Setting<string> _allPairs = new("--all-pairs", "DIR", PathText.TryParse)
    {
        Group = "Input",
        Description = "Transfer the style of every clip in DIR to every other, and write a page with a table of the results.",
        Allowed = "a path",
        Default = "one analogy of CONTENT and STYLE",
    };

    public AnalogyCommand(RunTarget target = RunTarget.Local)
        : base(
            target, Application.Analogy, "analogy",
            "Transfer the style of a video: the result moves like CONTENT, looks like STYLE, and has the size and length of CONTENT.",
            "analogy", (InputRole.Content, "The video that gives motion, layout, size and length; or a directory of numbered frames."))
    {
        if (target == RunTarget.Local) Add(_allPairs);
    }

    public override IReadOnlyList<Example> Examples => Target == RunTarget.Local ? [.. Everywhere, .. OnThisMachine] : Everywhere;

    private static IReadOnlyList<Example> Everywhere =>
    [
        new("analogy lava.mp4 waterfall.mp4", "A waterfall that flows like the lava, in lava-analogy/."),
        new("analogy a.mp4 b.mp4 --bins 3,8 --flow-limit 0.7", "Fewer bins of motion, followed to finer levels."),
    ];

    private static IReadOnlyList<Example> OnThisMachine =>
    [
        new("analogy a.mp4 b.mp4 --flow raft=raft-small.pth", "Optical flow by RAFT, with your own weights."),
        new("analogy --all-pairs clips", "All pairs of the clips in a directory, in clips-analogies/."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        if (!_allPairs.IsGiven(parse)) return await base.RunAsync(parse, cancellation);
        if (Input.IsGiven(parse))
        {
            throw new VgpnnException(
                ErrorKind.Usage, "two-inputs", "--all-pairs and CONTENT were both given", "use CONTENT and STYLE, or --all-pairs DIR");
        }

        string directory = _allPairs.Or(parse, "");
        OutputRequest output = ReadOutput(parse, directory, "analogies");
        var clips = ClipSet.In(directory);
        var results = new PairsDirectory(output.Directory);
        results.ThrowIfOccupied(directory, output.Overwrite);
        ulong seed = results.Seed(output.Overwrite) is { } earlier && !Samples.IsSeedGiven(parse) ? earlier : Samples.ReadSeed(parse);
        RunRequest Request(ClipPair pair) => ReadRequest(parse, pair.Inputs, seed);
        bool json = Json.IsGiven(parse);
        if (IsDryRun(parse))
        {
            foreach (ClipPair pair in clips.Pairs) await PlanReport.WriteAsync(Request(pair), results.In(pair), json, cancellation);
            return ExitCode.Success;
        }

        using IRunReporter reporter = RunReporter.Create(json);
        await new PairsRun(clips, Request, results, output, reporter).ExecuteAsync(seed, cancellation);
        return ExitCode.Success;
    }
}
