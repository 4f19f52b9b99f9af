using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Rendering;

/// <summary>
/// Runs renderings, a few at once. Tenants take turns, and no tenant gets the last slot while it has all others, so that a second
/// tenant need not wait for the first one's renderings to end. Thread-safe.
/// </summary>
/// <param name="slots">Renderings at once, at least 2; one tenant gets all but one of them.</param>
/// <param name="maxQueued">Maximum number of renderings of a tenant that wait.</param>
/// <param name="patience">Longest wait for a slot.</param>
internal sealed class RenderQueue(int slots, int maxQueued, TimeSpan patience)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    // Tenants with waiting renderings; the next turn is the first one's.
    private readonly LinkedList<Line> _turns = [];
    private int _running;

    /// <summary>Runs work on the thread pool once there is a slot for the tenant.</summary>
    /// <exception cref="ApiException"><c>busy</c>.</exception>
    public async Task<T> RunAsync<T>(string tenant, Func<Task<T>> work, CancellationToken cancellation)
    {
        Line line = await EnterAsync(tenant, cancellation);
        try
        {
            return await Task.Run(work, cancellation);
        }
        finally
        {
            Leave(line);
        }
    }

    private async Task<Line> EnterAsync(string tenant, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var admitted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Line? line;
        lock (_lock)
        {
            if (!_lines.TryGetValue(tenant, out line)) _lines[tenant] = line = new Line(tenant);
            if (line.Waiting.Count >= maxQueued) throw Busy();
            line.Waiting.AddLast(admitted);
            if (line.Waiting.Count == 1) _turns.AddLast(line);
            Admit();
        }

        try
        {
            await admitted.Task.WaitAsync(patience, cancellation);
            return line;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            if (!GiveUp(line, admitted))
            {
                // The slot came at the same moment.
                if (e is TimeoutException) return line;
                Leave(line);
            }

            if (e is TimeoutException) throw Busy();
            throw;
        }
    }

    private bool GiveUp(Line line, TaskCompletionSource admitted)
    {
        lock (_lock)
        {
            if (!line.Waiting.Remove(admitted)) return false;
            if (line.Waiting.Count == 0) _turns.Remove(line);
            DropIfIdle(line);
            return true;
        }
    }

    private void Leave(Line line)
    {
        lock (_lock)
        {
            _running--;
            line.Running--;
            DropIfIdle(line);
            Admit();
        }
    }

    private void Admit()
    {
        while (_running < slots && _turns.FirstOrDefault(l => l.Running < Math.Max(1, slots - 1)) is { } line)
        {
            TaskCompletionSource next = line.Waiting.First!.Value;
            line.Waiting.RemoveFirst();
            _turns.Remove(line);
            if (line.Waiting.Count > 0) _turns.AddLast(line);
            line.Running++;
            _running++;
            next.SetResult();
        }
    }

    private void DropIfIdle(Line line)
    {
        if (line.Running == 0 && line.Waiting.Count == 0) _lines.Remove(line.Tenant);
    }

    private static ApiException Busy() => new(503, "busy", "the server is busy with other renderings") { RetryAfter = 5 };

    private sealed class Line(string tenant)
    {
        public string Tenant { get; } = tenant;

        public LinkedList<TaskCompletionSource> Waiting { get; } = [];

        public int Running { get; set; }
    }
}
