using System.Diagnostics;
using System.Net.Sockets;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Storage;

namespace Vgpnn.Grains.Calls;

/// <summary>
/// Bounds the time of grain calls that somebody waits for, and repeats those that no silo took, as happens while a silo is being
/// replaced; tells a storage or a cluster that does not answer by a <see cref="GrainException"/>. Acts on calls after
/// <see cref="Begin"/> that do not come from a grain. Long polls are neither bounded nor repeated.
/// </summary>
public sealed class CallGuard : IOutgoingGrainCallFilter
{
    /// <summary>The longest time of a call with all its repetitions, less than the cluster's own limit of 30 s.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan LastRepetition = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromMilliseconds(100);
    private static readonly AsyncLocal<bool> Guarded = new();

    /// <summary>From here on, in this flow of control, calls are guarded.</summary>
    public static void Begin() => Guarded.Value = true;

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!Guarded.Value || context.SourceContext is not null || !IsOwn(context.Grain))
        {
            await context.Invoke();
            return;
        }

        try
        {
            if (context.MethodName == nameof(ITenantGrain.Changes)) await context.Invoke();
            else await RepeatAsync(context);
        }
        catch (Exception e) when (e is not GrainException && IsStorage(e))
        {
            throw GrainException.Unavailable(e);
        }
        catch (Exception e) when (e is OrleansException or TimeoutException or IOException or SocketException)
        {
            throw GrainException.ClusterUnavailable(e);
        }
    }

    private static async Task RepeatAsync(IOutgoingGrainCallContext context)
    {
        for (long start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                TimeSpan left = Limit - Stopwatch.GetElapsedTime(start);
                await context.Invoke().WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
                return;
            }
            catch (Exception e) when (IsRejected(e) && Stopwatch.GetElapsedTime(start) < LastRepetition)
            {
                await Task.Delay(Pause);
            }
        }
    }

    private static bool IsOwn(object grain) => grain is ITenantOwned or IApiKeyGrain or IDispatcherGrain or IMaintenanceGrain;

    // No silo took the call: repeated, it finds another one.
    private static bool IsRejected(Exception failure) =>
        failure is SiloUnavailableException or OrleansMessageRejectionException or ConnectionFailedException or ClientNotAvailableException;

    /// <summary>Whether the grain could not be activated because its storage did not answer.</summary>
    private static bool IsStorage(Exception failure)
    {
        if (StorageFaultFilter.IsStorageFault(failure)) return true;
        for (Exception? e = failure; e is not null; e = e.InnerException)
        {
            // Types that the calling process does not know arrive as their names.
            if (e is UnavailableExceptionFallbackException { ExceptionType: { } type } && type.StartsWith("Npgsql.", StringComparison.Ordinal)) return true;
            if (e is OrleansException && e.Message.StartsWith("Error from storage provider", StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
