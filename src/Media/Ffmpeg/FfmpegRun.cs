using Vgpnn.Media.Sandbox;

namespace Vgpnn.Media.Ffmpeg;

/// <summary>One run of ffmpeg or ffprobe.</summary>
/// <param name="Programs">Where the program is looked for.</param>
/// <param name="Directory">The directory that holds what it reads and writes.</param>
internal sealed record FfmpegRun(ProgramPath Programs, CallDirectory Directory)
{
    /// <summary>Limits of the kernel; <c>null</c> for work on frames of this program's own.</summary>
    public ProcessLimits? Limits { get; init; }

    /// <summary>Wall-clock limit; <c>null</c> means none.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Writes to the process, on a thread of its own; <c>null</c> for an empty input.</summary>
    public Action<Stream>? Feed { get; init; }

    /// <summary>Reads from the process, on a thread of its own; an exception kills the process. <c>null</c> discards the output.</summary>
    public Action<Stream>? Drain { get; init; }
}

/// <summary>How a run ended.</summary>
/// <param name="ExitCode">0 for success by the program's own account; above 128 if a signal ended it.</param>
/// <param name="Log">Its messages.</param>
internal sealed record FfmpegOutcome(int ExitCode, FfmpegLog Log);
