using System.Security.Cryptography;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Client.Runs;

/// <summary>
/// A request with everything resolved: the clip is read, the pyramid planned, the noise measured. Nothing is written yet.
/// </summary>
internal sealed class PreparedRun
{
    private const int SpareThreads = 4;

    private PreparedRun(RunRequest request, ReadResult read, string? fileSha256, Generator generator, double noise, TimeSpan expected)
    {
        Request = request;
        Read = read;
        FileSha256 = fileSha256;
        FramesSha256 = read.Clip.ContentHash();
        Generator = generator;
        Noise = noise;
        ExpectedPerSample = expected;
    }

    public RunRequest Request { get; }

    /// <summary>The frames that are used, at the pace asked for, and what was said about them.</summary>
    public ReadResult Read { get; }

    public Clip Clip => Read.Clip;

    /// <summary>SHA-256 of the input file's bytes; null for a directory.</summary>
    public string? FileSha256 { get; }

    /// <summary>Hash of the frames that are used.</summary>
    public string FramesSha256 { get; }

    public Generator Generator { get; }

    public PyramidPlan Plan => Generator.Plan;

    /// <summary>The noise's standard deviation.</summary>
    public double Noise { get; }

    /// <summary>How long one sample takes, an estimate.</summary>
    public TimeSpan ExpectedPerSample { get; }

    /// <exception cref="VgpnnException">The input cannot be used, no plan can be, or it takes more memory than allowed.</exception>
    public static async Task<PreparedRun> PrepareAsync(RunRequest request, IRunReporter reporter, CancellationToken cancellation)
    {
        // Pipes, signals and timers must not wait until one of the computing threads is free.
        ThreadPool.SetMinThreads(request.Machine.Threads + SpareThreads, SpareThreads);
        reporter.Stage($"reading {HumanText.OneLine(Path.GetFileName(Path.TrimEndingDirectorySeparator(request.Input.Path)))}");
        var options = new ReadOptions { Frames = request.Input.Frames, MaxHeight = request.Input.MaxHeight };
        ReadResult read = await ClipReader.ReadAsync(request.Input.Path, options, cancellation);
        if (request.Input.FrameRate is { } pace) read = read with { Clip = read.Clip.WithFrameRate(pace) };
        string? fileSha256 = await HashFileAsync(request.Input.Path, cancellation);

        var generator = new Generator(read.Clip, request.Options);
        MemoryLimit.ThrowIfExceeded(generator.Plan, read, request);
        var workers = new Workers(request.Machine.Threads, cancellation);
        double noise = generator.ResolveNoise(workers);
        TimeSpan expected = CostModel.Measure(request.Options.Engine, workers).Expected(generator.Plan);
        return new PreparedRun(request, read, fileSha256, generator, noise, expected);
    }

    /// <summary>What the program tells before it begins.</summary>
    /// <param name="directory">Where results go; null: nowhere, and no seed matters.</param>
    public PlanEvent ToEvent(string? directory) => new()
    {
        Input = ManifestMaker.NameOf(Request.Input.Path),
        InputSize = ManifestMaker.Size(Clip.Extent),
        OutputSize = ManifestMaker.Size(Plan.Output),
        FrameRate = Clip.FrameRate.ToString(),
        Samples = Request.Indices.Count,
        Seed = directory is null ? null : Request.Seed,
        Settings = ManifestMaker.Settings(this, saveLevels: false),
        Levels = ManifestMaker.Levels(Plan),
        PatchEvaluations = Plan.PatchEvaluations,
        VotedVoxels = Plan.VotedVoxels,
        PeakBytes = Plan.PeakBytes,
        ExpectedSeconds = (ExpectedPerSample * Request.Indices.Count).TotalSeconds,
        Directory = directory,
        Notices = Read.Notices,
    };

    private static async Task<string?> HashFileAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path)) return null;
        await using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation));
    }
}
