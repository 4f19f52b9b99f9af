using System.CommandLine;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn analogy</c>: the look of one video in the movements of another.</summary>
internal sealed class AnalogyCommand : StructureVerb
{
    private readonly Setting<string> _allPairs = new("--all-pairs", "DIR", PathText.TryParse)
    {
        Group = "Input",
        Description = "Make every clip in DIR the content of every other, and a page that shows all of them in a table.",
        Allowed = "a path",
        Default = "one analogy, of CONTENT and STYLE",
    };

    public AnalogyCommand(Place place = Place.Here)
        : base(
            place, Application.Analogy, "analogy",
            "Give a video another one's look: what moves in CONTENT comes out as what moves as fast in STYLE, in CONTENT's size and length.",
            "analogy", (InputRole.Content, "What gives movement, layout, size and length: a video or a directory of numbered frames."))
    {
        if (place == Place.Here) Add(_allPairs);
    }

    public override IReadOnlyList<Example> Examples => Place == Place.Here ? [.. Everywhere, .. OnThisMachine] : Everywhere;

    private static IReadOnlyList<Example> Everywhere =>
    [
        new("analogy lava.mp4 waterfall.mp4", "A waterfall that flows as the lava does, in lava-analogy/."),
        new("analogy a.mp4 b.mp4 --bins 3,8 --flow-limit 0.7", "Fewer kinds of movement, followed up to finer levels."),
    ];

    private static IReadOnlyList<Example> OnThisMachine =>
    [
        new("analogy a.mp4 b.mp4 --flow raft=raft-small.pth", "Movement found by RAFT, with weights of your own."),
        new("analogy --all-pairs clips", "Every clip of a directory in the look of every other, in clips-analogies/."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        if (!_allPairs.IsGiven(parse)) return await base.RunAsync(parse, cancellation);
        if (Input.IsGiven(parse))
        {
            throw new VgpnnException(
                ErrorKind.Usage, "two-inputs", "there are two inputs, one by --all-pairs and one as an argument", "give CONTENT and STYLE, or --all-pairs DIR");
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
