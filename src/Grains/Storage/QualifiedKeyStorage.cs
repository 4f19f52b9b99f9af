using Orleans.Runtime;
using Orleans.Storage;

namespace Vgpnn.Grains.Storage;

/// <summary>
/// Makes the keys of states unique where a provider of Orleans does not (<see cref="ForDatabase"/>, <see cref="ForAzure"/>). It also throws
/// <c>storage-unavailable</c> for the driver's exceptions: where a grain cannot be activated, they would have to reach the caller's silo, and
/// cannot be serialized.
/// </summary>
internal sealed class QualifiedKeyStorage(IGrainStorage inner, Func<string, GrainId, (string StateName, GrainId GrainId)> qualify) : IGrainStorage
{
    /// <summary>
    /// The database provider stores a key of hexadecimal digits as a number, so that the tenants <c>cafe</c> and <c>0cafe</c> would share a
    /// row, and it ignores the type of the grain, so that a tenant and a video with equal keys would. Here the key begins with a slash and the
    /// name of the state with the type: <c>tenant.state</c>, <c>/cafe</c>. The service is a column.
    /// </summary>
    public static QualifiedKeyStorage ForDatabase(IGrainStorage inner) =>
        new(inner, (name, id) => ($"{id.Type}.{name}", GrainId.Create(id.Type, IdSpan.Create($"/{id.Key}"))));

    /// <summary>The Azure provider ignores the service, so that two clusters in one account would share their states. Here each has a folder.</summary>
    public static QualifiedKeyStorage ForAzure(IGrainStorage inner, string serviceId) => new(inner, (name, id) => ($"{serviceId}/{name}", id));

    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        (string name, GrainId id) = qualify(stateName, grainId);
        return TranslateAsync(inner.ReadStateAsync(name, id, grainState));
    }

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        (string name, GrainId id) = qualify(stateName, grainId);
        return TranslateAsync(inner.WriteStateAsync(name, id, grainState));
    }

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        (string name, GrainId id) = qualify(stateName, grainId);
        return TranslateAsync(inner.ClearStateAsync(name, id, grainState));
    }

    // The storage that is wrapped has logged what the driver said.
    private static async Task TranslateAsync(Task call)
    {
        try
        {
            await call;
        }
        catch (Exception e) when (StorageFaultFilter.IsStorageFault(e))
        {
            throw GrainException.Unavailable();
        }
    }
}
