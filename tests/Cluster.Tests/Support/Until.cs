using System.Diagnostics;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>Waits for conditions in other processes.</summary>
internal static class Until
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Returns when the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold in time; the message names it.</exception>
    public static async Task HoldsAsync(string what, Func<Task<bool>> condition, Func<Task<string>>? explain = null, TimeSpan? every = null)
    {
        long start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"not within {Patience.TotalSeconds} s: {what}\n{(explain is null ? "" : await explain())}");
            await Task.Delay(every ?? TimeSpan.FromMilliseconds(10));
        }
    }
}
