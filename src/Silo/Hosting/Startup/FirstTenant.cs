using Vgpnn.Grains;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Keys;
using Vgpnn.Grains.Tenants;

namespace Vgpnn.Silo.Hosting.Startup;

/// <summary>The tenant of the operator, whose keys have all scopes: without one, no other tenant could be created.</summary>
internal sealed class FirstTenant(IGrainFactory grains)
{
    private const string Name = "default";

    private readonly ITenantGrain _grain = grains.Tenant(TenantIds.Of(Name));

    /// <summary>Creates the tenant unless it exists.</summary>
    /// <returns>Its keys, revoked ones included.</returns>
    public async Task<IReadOnlyList<KeyStatus>> CreateAsync()
    {
        CallerContext.ActForCluster();
        try
        {
            await _grain.Create(Name, new TenantLimits());
        }
        catch (GrainException e) when (e.Code == "name-taken")
        {
            // Created at an earlier start, or by another silo.
        }

        return await _grain.Keys();
    }

    /// <summary>Adds a key with all scopes. Adding it again has no effect.</summary>
    /// <exception cref="GrainException"><c>quota-keys</c>: the tenant has two valid keys.</exception>
    public Task AddKeyAsync(KeyText key, string name)
    {
        CallerContext.ActForCluster();
        return _grain.AddKey(new NewKeyRecord { KeyId = key.Id, Hash = key.Hash(), Scopes = "read write admin", Name = name });
    }
}
