using FFMpegCore;
using FFMpegCore.Arguments;
using Vgpnn.Media.Sandbox;

namespace Vgpnn.Media.Ffmpeg;

/// <summary>
/// The first argument of every call: the launcher's own words, the options of the input, and the streams, which FFMpegCore
/// opens, runs and closes together with the process.
/// </summary>
/// <remarks>
/// In place of FFMpegCore's pipe arguments, which are sockets in the temporary directory: these are pipes in the call's own
/// directory, so that ffmpeg needs no protocol besides <c>file</c> and <c>pipe</c>, and they cover the standard error,
/// which FFMpegCore would keep in memory whatever its length.
/// </remarks>
internal sealed class SandboxedInput(CallStreams streams, IEnumerable<string> words) : IInputArgument
{
    /// <inheritdoc/>
    public string Text { get; } = CommandLine.Join(words);

    /// <inheritdoc/>
    public void Pre(FFOptions ffOptions) => streams.Open();

    /// <inheritdoc/>
    /// <remarks>The token is cancelled when the process exits, while frames may still be in the pipe: it is not obeyed.</remarks>
    public Task During(CancellationToken cancellationToken = default) => streams.Start();

    /// <inheritdoc/>
    public void Post() => streams.Release();
}
