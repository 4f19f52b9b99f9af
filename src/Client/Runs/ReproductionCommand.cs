using System.Globalization;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>The command lines that make a set again: every setting that matters to the bits is spelled out or recorded.</summary>
internal static class ReproductionCommand
{
    /// <summary>Makes the set from its manifest, and checks it.</summary>
    public static string Repeat(OutputRequest output) =>
        Line(["repeat", Path.Combine(output.Directory, ManifestFile.Name)]);

    /// <summary>Makes the set from nothing but the inputs.</summary>
    public static string Run(PreparedRun run, OutputRequest output)
    {
        ManifestSettings s = ManifestMaker.Settings(run, output.SaveLevels, output.Directory);
        List<string> arguments =
        [
            Verb(s.Application), .. run.Request.Input.Inputs.SelectMany(Argument),
            "--output", output.Directory, "--format", Names.Of(output.Format), "--seed", Text(s.Seed),
        ];
        if (s.Application != Application.Retargeting) arguments.AddRange(["--samples", Text(s.Samples)]);
        if (run.Request.Input.Frames is { } frames) arguments.AddRange([InputSettings.RangeName(s.Application), $"{frames.First}..{frames.Last}"]);
        if (s.MaxHeight is { } height) arguments.AddRange(["--max-height", Text(height)]);
        if (s.FrameRate is { } rate) arguments.AddRange(["--fps", rate]);
        if (s.Application != Application.Inpainting)
            arguments.AddRange(["--scale", $"{Text(s.Scale.T)},{Text(s.Scale.H)},{Text(s.Scale.W)}"]);
        arguments.AddRange(
        [
            "--downscale", $"{Text(s.DownscaleT)},{Text(s.DownscaleS)}",
            "--min-size", $"{Text(s.MinT)},{Text(s.MinS)}",
        ]);
        if (s.Loop) arguments.Add("--loop");
        if (s.Cue is { } cue) arguments.AddRange(["--cue", Names.Of(cue)]);
        if (s.InvertMask == true) arguments.Add("--invert-mask");
        if (s.Bins is { } bins)
            arguments.AddRange(["--bins", s.Application == Application.Sketch ? Text(bins.Style) : $"{Text(bins.Content)},{Text(bins.Style)}"]);
        if (s.Ink is { } ink) arguments.AddRange(["--ink", Names.Of(ink)]);
        if (s.Match is { } match) arguments.AddRange(["--match", Names.Of(match)]);
        if (run.Request.Flow is { } flow) arguments.AddRange(["--flow", $"raft={flow.Path}"]);
        if (s.FlowLimit is { } limit) arguments.AddRange(["--flow-limit", Text(limit)]);
        if (s.FlowLimit is not null) arguments.AddRange(["--completeness", s.Completeness is { } alpha ? Text(alpha) : "none"]);
        if (s.Patch is { } patch) arguments.AddRange(["--patch", $"{Text(patch.Frames)},{Text(patch.Height)},{Text(patch.Width)}"]);
        if (s.Iterations is { } iterations) arguments.AddRange(["--iterations", Text(iterations)]);
        if (s.Application != Application.Retargeting) arguments.AddRange(["--noise", Text(s.Noise), "--noise-time", Names.Of(s.NoiseTime)]);
        arguments.AddRange(
        [
            "--vote", Names.Of(s.Vote), "--search", Names.Of(s.Search), "--engine", Names.Of(s.Engine),
        ]);
        arguments.AddRange(["--device", run.EngineClass == BackendName.Cpu ? "cpu" : "gpu"]);
        if (s.SaveLevels) arguments.Add("--save-levels");
        return Line(arguments);
    }

    private static string Verb(Application application) => application switch
    {
        Application.Generation => "generate",
        Application.Retargeting => "retarget",
        Application.Inpainting => "inpaint",
        Application.Analogy => "analogy",
        Application.Sketch => "sketch",
        _ => throw new ArgumentOutOfRangeException(nameof(application)),
    };

    /// <summary>What is worked on is an argument, all else an option named by its role.</summary>
    private static string[] Argument(InputPath input)
    {
        string path = input.Path.StartsWith('-') ? $"./{input.Path}" : input.Path;
        return input.Role.IsWorkedOn() || input.Role == InputRole.Style ? [path] : [$"--{Names.Of(input.Role)}", path];
    }

    private static string Line(IEnumerable<string> arguments) => $"{ProgramName.Current} {ShellText.Join(arguments)}";

    /// <summary>The shortest decimal that reads back as the same number; never in scientific notation, which options do not take.</summary>
    private static string Text<T>(T value)
        where T : IFormattable =>
        value is double number && (Math.Abs(number) < 1e-4 && number != 0)
            ? number.ToString("0.############################", CultureInfo.InvariantCulture)
            : value.ToString(null, CultureInfo.InvariantCulture);
}
