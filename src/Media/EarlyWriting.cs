using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>
/// A write that begins before its clip exists: an encoder takes 0.1 s or more to start, which then overlaps with
/// the last level. End it with <see cref="FinishAsync"/> or <see cref="DropAsync"/>.
/// </summary>
/// <typeparam name="T">The result of the write.</typeparam>
/// <param name="write">Writes the clip to come; if that fails, it must leave nothing.</param>
public sealed class EarlyWriting<T>(Func<Task<Clip>, Task<T>> write)
{
    private readonly TaskCompletionSource<Clip> _clip = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<T>? _writing;

    /// <summary>Starts the encoder if it has not started. Not thread-safe.</summary>
    public void Begin() => _writing ??= write(_clip.Task);

    /// <summary>Passes the clip to the encoder and returns when it is written.</summary>
    public Task<T> FinishAsync(Clip clip)
    {
        Begin();
        _clip.SetResult(clip);
        return _writing!;
    }

    /// <summary>Cancels the write and returns when nothing is left of it.</summary>
    public async Task DropAsync()
    {
        _clip.TrySetCanceled(CancellationToken.None);
        if (_writing is not null) await ((Task)_writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
