using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Grains.Requests;

/// <summary>
/// What a grain has to do elsewhere after a change of its state: done in the background, one run at a time, and repeated
/// until it succeeds. The grain stays active meanwhile; should its silo be lost, the next activation starts again.
/// </summary>
/// <param name="grain">The grain.</param>
/// <param name="run">Does what is not done yet; can be repeated.</param>
/// <param name="onError">Called after a failed run.</param>
internal sealed class BackgroundEffects(Grain grain, Func<Task> run, Action<Exception> onError)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private IGrainTimer? _timer;
    private Task? _running;
    private bool _again;

    /// <summary>Does it soon.</summary>
    public void Start()
    {
        _again = true;
        _timer ??= grain.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(TimeSpan.Zero, Pause) { Interleave = true, KeepAlive = true });
    }

    /// <summary>Does it now; a run under way is joined.</summary>
    public Task RunAsync() => _running is { IsCompleted: false } running ? running : _running = OnceAsync();

    private async Task TickAsync(CancellationToken cancellation)
    {
        try
        {
            await RunAsync();
        }
        catch (Exception e)
        {
            onError(e);
            return;
        }

        if (_again) return;
        _timer?.Dispose();
        _timer = null;
    }

    private async Task OnceAsync()
    {
        CallerContext.ActForCluster();
        _again = false;
        try
        {
            await run();
        }
        catch
        {
            _again = true;
            throw;
        }
    }
}
