namespace Vgpnn.Media.Ffmpeg;

/// <summary>How ffmpeg and ffprobe open an input.</summary>
/// <param name="Options">Words that restrict what may be opened and how, for ffmpeg.</param>
/// <param name="ProbeOptions">The same for ffprobe.</param>
/// <param name="Location">The input itself, a fixed name.</param>
internal sealed record InputArguments(IReadOnlyList<string> Options, IReadOnlyList<string> ProbeOptions, string Location);
