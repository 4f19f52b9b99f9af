using System.Data.Common;
using Azure;
using Orleans;
using Orleans.Storage;

namespace Vgpnn.Grains.Storage;

/// <summary>
/// Turns a storage failure inside a grain call into the error <c>storage-unavailable</c>. The drivers' own exceptions cannot cross silos: the
/// caller would see only that they cannot be serialized.
/// </summary>
public sealed class StorageFaultFilter : IIncomingGrainCallFilter
{
    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        try
        {
            await context.Invoke();
        }
        catch (Exception e) when (IsStorageFault(e))
        {
            throw GrainException.Unavailable();
        }
    }

    /// <summary>
    /// Tells whether the storage failed. A version conflict is no failure: Orleans deactivates the grain that meets one and needs to see it.
    /// </summary>
    public static bool IsStorageFault(Exception exception)
    {
        for (Exception? e = exception; e is not null; e = e.InnerException)
        {
            if (e is InconsistentStateException) return false;
            if (e is DbException or RequestFailedException) return true;
        }

        return false;
    }
}
