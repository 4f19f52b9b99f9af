using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Samples;

/// <summary>Repeats what failed because the blob store was away: work of minutes is not lost to an outage of seconds.</summary>
internal static class BlobRetry
{
    private const int MaxTries = 6;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs an operation on a blob store, several times if need be.</summary>
    /// <exception cref="BlobException">It failed for another reason, or for about half a minute.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> operation, CancellationToken cancellation)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await operation();
            }
            catch (BlobException e) when (e.Code == "blob-store" && tries < MaxTries && !cancellation.IsCancellationRequested)
            {
                await Task.Delay(FirstPause * Math.Pow(2, tries - 1), cancellation);
            }
        }
    }
}
