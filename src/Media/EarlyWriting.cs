using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>
/// The writing of a clip, begun before the clip is there: an encoder takes a tenth of a second and more to start, which so
/// passes beside the last level. End it with <see cref="FinishAsync"/> or <see cref="DropAsync"/>.
/// </summary>
/// <typeparam name="T">What is known once it is written.</typeparam>
/// <param name="write">Writes the clip to come; where it never comes, nothing must be left.</param>
public sealed class EarlyWriting<T>(Func<Task<Clip>, Task<T>> write)
{
    private readonly TaskCompletionSource<Clip> _clip = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<T>? _writing;

    /// <summary>Starts the encoder, unless it has started. Not for several threads at once.</summary>
    public void Begin() => _writing ??= write(_clip.Task);

    /// <summary>Hands the clip over, and comes back when it is written.</summary>
    public Task<T> FinishAsync(Clip clip)
    {
        Begin();
        _clip.SetResult(clip);
        return _writing!;
    }

    /// <summary>There will be no clip: comes back when nothing is left of the writing.</summary>
    public async Task DropAsync()
    {
        _clip.TrySetCanceled(CancellationToken.None);
        if (_writing is not null) await ((Task)_writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
