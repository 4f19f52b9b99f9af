using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Events;

/// <summary>Limits the event streams of each tenant in this process.</summary>
internal sealed class EventStreams
{
    private const int MaxStreams = 32, RetrySeconds = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _open = [];

    /// <summary>Counts a stream until the result is disposed.</summary>
    /// <exception cref="ApiException"><c>quota-streams</c>.</exception>
    public IDisposable Open(string tenant)
    {
        lock (_lock)
        {
            int open = _open.GetValueOrDefault(tenant);
            if (open >= MaxStreams) throw new ApiException(429, "quota-streams", $"a tenant has at most {MaxStreams} event streams") { RetryAfter = RetrySeconds };
            _open[tenant] = open + 1;
        }

        return new Place(this, tenant);
    }

    private void Close(string tenant)
    {
        lock (_lock)
        {
            if (_open[tenant] == 1) _open.Remove(tenant);
            else _open[tenant]--;
        }
    }

    private sealed class Place(EventStreams streams, string tenant) : IDisposable
    {
        public void Dispose() => streams.Close(tenant);
    }
}
