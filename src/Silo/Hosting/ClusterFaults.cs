using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Orleans.Storage;
using Vgpnn.Grains;
using Vgpnn.Grains.Storage;

namespace Vgpnn.Silo.Hosting;

/// <summary>Classifies what grain calls throw while silos or the storage fail, for callers that answer 503 or try again.</summary>
internal static class ClusterFaults
{
    /// <summary>
    /// Tells whether the cluster, rather than the request, caused the exception. Whether the call took effect is unknown: repeat it only if
    /// the grain method is idempotent.
    /// </summary>
    /// <param name="exception">What the grain call threw.</param>
    /// <param name="caller">The token of the call: a cancellation by the caller itself is not a fault.</param>
    public static bool IsUnavailable(Exception exception, CancellationToken caller = default) => exception switch
    {
        GrainException e => e.IsUnavailable,
        OperationCanceledException => !caller.IsCancellationRequested,
        TimeoutException => true,

        // The activation lost against another one, or against the reader of an older state; the next call finds a fresh activation.
        InconsistentStateException => true,

        // Rejections while a silo is lost (also SiloUnavailableException), lost connections, a silo that starts or stops, too much load.
        OrleansMessageRejectionException or ConnectionFailedException or ClientNotAvailableException or GatewayTooBusyException
            or LimitExceededException => true,
        OrleansException e => e.InnerException is { } inner && (StorageFaultFilter.IsStorageFault(inner) || IsUnavailable(inner, caller)),
        _ => StorageFaultFilter.IsStorageFault(exception),
    };
}
