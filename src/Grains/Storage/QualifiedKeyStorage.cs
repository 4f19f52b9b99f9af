using Orleans.Runtime;
using Orleans.Storage;

namespace Vgpnn.Grains.Storage;

/// <summary>
/// Makes the keys of Orleans' database storage unique. That provider stores a key of hexadecimal digits as a number, so that the tenants
/// <c>cafe</c> and <c>0cafe</c> would share a row, and it ignores the type of the grain, so that a tenant and a video with equal keys
/// would. This one prefixes the key with a slash and the name of the state with the type: <c>tenant.state</c>, <c>/cafe</c>. It also throws
/// <c>storage-unavailable</c> for the driver's exceptions: where a grain cannot be activated, they would have to reach the caller's silo, and
/// cannot be serialized.
/// </summary>
internal sealed class QualifiedKeyStorage(IGrainStorage inner) : IGrainStorage
{
    /// <inheritdoc/>
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        TranslateAsync(inner.ReadStateAsync(Qualify(stateName, grainId), Literal(grainId), grainState));

    /// <inheritdoc/>
    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        TranslateAsync(inner.WriteStateAsync(Qualify(stateName, grainId), Literal(grainId), grainState));

    /// <inheritdoc/>
    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        TranslateAsync(inner.ClearStateAsync(Qualify(stateName, grainId), Literal(grainId), grainState));

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

    private static string Qualify(string stateName, GrainId grainId) => $"{grainId.Type}.{stateName}";

    private static GrainId Literal(GrainId grainId) => GrainId.Create(grainId.Type, IdSpan.Create($"/{grainId.Key}"));
}
