using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Lists;
using Vgpnn.Silo.Api.Values;

using TenantLimits = Vgpnn.Contracts.TenantLimits;

namespace Vgpnn.Silo.Api.Tenants;

/// <summary>Tenants of the grains as tenants of the API.</summary>
internal static class TenantMapper
{
    private const int PageSize = 256;

    public static Tenant Map(this TenantStatus t) => new(t.TenantId, t.Name, t.Limits.Map(), new TenantUse(t.Queued, t.Running, t.BytesStored));

    public static TenantLimits Map(this Grains.Abstractions.TenantLimits l) => new()
    {
        Weight = l.Weight,
        MaxRunning = l.MaxRunning,
        MaxQueued = l.MaxQueued,
        MaxBytes = l.MaxBytes,
        MaxVoxels = l.MaxVoxels,
        RetentionHours = l.RetentionHours,
        RequestsPerMinute = l.RequestsPerMinute,
    };

    public static Grains.Abstractions.TenantLimits Map(this TenantLimits l) => new()
    {
        Weight = l.Weight,
        MaxRunning = l.MaxRunning,
        MaxQueued = l.MaxQueued,
        MaxBytes = l.MaxBytes,
        MaxVoxels = l.MaxVoxels,
        RetentionHours = l.RetentionHours,
        RequestsPerMinute = l.RequestsPerMinute,
    };

    public static ApiKey Map(this KeyStatus key) => new()
    {
        Id = key.KeyId,
        Name = key.Name,
        Scopes = [.. key.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => Enum.Parse<KeyScope>(s, ignoreCase: true))],
        Created = Times.Of(key.CreatedAt),
        LastUsed = Times.Of(key.LastUsedAt),
        Revoked = Times.Of(key.RevokedAt),
    };

    /// <summary>All tenants by id.</summary>
    public static async Task<IReadOnlyList<Tenant>> ListTenantsAsync(this IGrainFactory grains, CancellationToken cancellation)
    {
        var ids = new List<string>();
        var query = new CatalogQuery { Limit = PageSize };
        for (CatalogPage page = await grains.Tenants().List(query).WaitAsync(cancellation); ; page = await grains.Tenants().List(query with { Before = page.Next }).WaitAsync(cancellation))
        {
            ids.AddRange(page.Rows.Select(r => r.Row.Id));
            if (!page.More) break;
        }

        return await Listing.SelectAsync(ids.Order(StringComparer.Ordinal), async id => (await grains.Tenant(id).Get()).Map(), cancellation);
    }
}
