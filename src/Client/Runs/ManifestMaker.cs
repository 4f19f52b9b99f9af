using Vgpnn.Client.CommandLine;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Client.Runs;

/// <summary>Creates the manifest of a run.</summary>
internal static class ManifestMaker
{
    /// <summary>The manifest of a run without samples.</summary>
    public static RunManifest Begin(PreparedRun run, OutputRequest output, DateTimeOffset now) => new()
    {
        Schema = RunManifest.CurrentSchema,
        Version = ProgramName.Version,
        EngineClass = run.EngineClass,
        Status = RunStatus.Running,
        Created = now,
        Seconds = 0,
        Command = ReproductionCommand.Run(run, output),
        Repeat = ReproductionCommand.Repeat(output),
        Inputs = [.. run.Inputs.Select((input, i) => Input(input, ResultDirectory.InputName(run.Request.Input.Inputs, i), output))],
        Notices = run.Notices,
        Output = new ManifestOutput(Size(run.Plan.Output), run.FrameRate.ToString(), output.Format),
        Settings = Settings(run, output.SaveLevels, output.Directory),
        Levels = Levels(run.Plan),
        Samples = [],
    };

    private static ManifestInput Input(ReadInput input, string preview, OutputRequest output) => new()
    {
        Role = input.Role,
        Name = NameOf(input.Path),
        Path = Path.GetRelativePath(output.Directory, input.Path),
        FileSha256 = input.FileSha256,
        FramesSha256 = input.FramesSha256,
        Size = Size(input.Clip.Extent),
        FrameRate = input.Clip.FrameRate.ToString(),
        Preview = preview,
    };

    /// <summary>All settings with resolved defaults.</summary>
    /// <param name="run">The run.</param>
    /// <param name="saveLevels">Whether every level's output is written.</param>
    /// <param name="directory">The output directory.</param>
    public static ManifestSettings Settings(PreparedRun run, bool saveLevels, string directory)
    {
        RunRequest request = run.Request;
        return new ManifestSettings
        {
            Application = request.Options.Application,
            Samples = request.SetSize,
            Seed = request.Seed,
            Flow = request.Flow is { } flow ? new ManifestFlow(flow.Name, Path.GetRelativePath(directory, flow.Path), flow.Sha256) : null,
            NoiseAuto = request.Options.Noise is null,
            Threads = request.Machine.Threads,
            MaxMemoryBytes = request.Machine.MemoryLimit,
            SaveLevels = saveLevels,
            Options = OptionTable.Default.Write(Resolved(run)),
        };
    }

    /// <summary>The settings of a run, with the values that the program chose.</summary>
    public static RunSettings Resolved(PreparedRun run)
    {
        MethodOptions options = run.Request.Options;
        return run.Request.Input.With(options with { Scale = run.Plan.OutputScale, Size = null, Noise = run.Noise });
    }

    /// <summary>The levels, coarsest first.</summary>
    public static IReadOnlyList<ManifestLevel> Levels(PyramidPlan plan) =>
        [.. plan.Levels.Reverse().Select(l => new ManifestLevel(l.Index, Size(l.Input), Size(l.Output), Size(l.Patch), l.Iterations))];

    public static ManifestSize Size(Extent extent) => new(extent.T, extent.H, extent.W);

    public static ManifestTiming Timing(LevelFinished level) => new(
        level.Level.Index,
        Math.Round(level.Timing.Resample.TotalMilliseconds, 2),
        Math.Round(level.Timing.Search.TotalMilliseconds, 2),
        Math.Round(level.Timing.Vote.TotalMilliseconds, 2),
        double.IsFinite(level.Timing.MeanDistance) ? level.Timing.MeanDistance : null);

    /// <summary>A video's name without its extension; a directory's name unchanged.</summary>
    public static string StemOf(string path) => Directory.Exists(path) ? NameOf(path) : Path.GetFileNameWithoutExtension(NameOf(path));

    /// <summary>The last part of a path, also if the path ends with a separator or with dots.</summary>
    public static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
}
