namespace Vgpnn.Grains.Requests;

/// <summary>Runs pieces of asynchronous work of a grain one after the other.</summary>
internal sealed class SerialQueue : IDisposable
{
    private readonly SemaphoreSlim _free = new(1);

    /// <summary>Runs some work once everything before it has ended.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        await _free.WaitAsync();
        try
        {
            return await work();
        }
        finally
        {
            _free.Release();
        }
    }

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(Func<Task> work) => RunAsync(async () =>
    {
        await work();
        return true;
    });

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();
}
