using System.Diagnostics;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>Polls conditions that raise no event.</summary>
internal static class Until
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90), Every = TimeSpan.FromMilliseconds(10);

    /// <summary>Returns once the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold in time; the message names it.</exception>
    public static async Task HoldsAsync(string what, Func<Task<bool>> condition, Func<Task<string>>? explain = null)
    {
        for (long start = Stopwatch.GetTimestamp(); !await condition(); await Task.Delay(Every))
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"not within {Patience.TotalSeconds} s: {what}\n{(explain is null ? "" : await explain())}");
        }
    }

    /// <inheritdoc cref="HoldsAsync(string, Func{Task{bool}}, Func{Task{string}})"/>
    public static Task HoldsAsync(string what, Func<bool> condition) => HoldsAsync(what, () => Task.FromResult(condition()));
}
