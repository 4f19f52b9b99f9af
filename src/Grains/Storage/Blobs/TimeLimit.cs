namespace Vgpnn.Grains.Storage.Blobs;

/// <summary>
/// Limits the duration of calls that follow one another. Their common token also stops what a call keeps using later, such as the
/// requests with which a stream resumes.
/// </summary>
/// <param name="patience">Maximum duration of one call.</param>
internal sealed class TimeLimit(TimeSpan patience) : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>Runs a call; after the limit its token is cancelled.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, ValueTask<T>> call, CancellationToken cancellation)
    {
        using CancellationTokenRegistration registration =
            cancellation.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _source);
        _source.CancelAfter(patience);
        try
        {
            return await call(_source.Token).ConfigureAwait(false);
        }
        catch
        {
            cancellation.ThrowIfCancellationRequested();
            throw;
        }
        finally
        {
            _source.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _source.Dispose();
}
