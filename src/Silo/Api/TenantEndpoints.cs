using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Keys;
using TenantLimits = Vgpnn.Contracts.TenantLimits;

namespace Vgpnn.Silo.Api;

/// <summary>Tenants and their keys, for the operator; what a tenant may use, for itself.</summary>
internal static class TenantEndpoints
{
    public static void MapTenants(this RouteGroupBuilder group)
    {
        group.MapGet("/limits", LimitsAsync).Needs(KeyScope.Read).WithName("getLimits").WithSummary("What the caller's tenant may use, and what it uses.");
        group.MapGet("/tenants", ListAsync).Needs(KeyScope.Admin).WithName("listTenants").WithSummary("All tenants.");
        group.MapPost("/tenants", CreateAsync).Needs(KeyScope.Admin).WithName("createTenant").WithSummary("Make a tenant.");
        group.MapGet("/tenants/{tenant}", GetAsync).Needs(KeyScope.Admin).WithName("getTenant").WithSummary("A tenant.");
        group.MapPut("/tenants/{tenant}/limits", SetLimitsAsync).Needs(KeyScope.Admin).WithName("setTenantLimits").WithSummary("Set what a tenant may use.");
        group.MapGet("/tenants/{tenant}/keys", KeysAsync).Needs(KeyScope.Admin).WithName("listKeys").WithSummary("A tenant's keys, without their secrets.");
        group.MapPost("/tenants/{tenant}/keys", CreateKeyAsync).Needs(KeyScope.Admin).WithName("createKey").WithSummary("Make a key; it is shown this once.");
        group.MapDelete("/tenants/{tenant}/keys/{key}", RevokeKeyAsync).Needs(KeyScope.Admin).WithName("revokeKey")
            .WithSummary("Revoke a key; within ten seconds no node takes it any more.");
    }

    private static async Task<Ok<Limits>> LimitsAsync(HttpContext context, TenantGrain tenants, SiloSettings settings)
    {
        TenantStatus status = await tenants.GetAsync(context.Caller().Tenant, context.RequestAborted);
        Tenant tenant = Wire.Of(status);
        return TypedResults.Ok(new Limits
        {
            Tenant = tenant.Name,
            Allowed = tenant.Allowed,
            Used = tenant.Used,
            MaxUploadBytes = settings.MaxUpload,
            MaxPixelsPerFrame = Synthesis.Media.MediaLimits.Default.MaxPixelsPerFrame,
            MaxFrames = Synthesis.Media.MediaLimits.Default.MaxFrames,
        });
    }

    private static async Task<Ok<Page<Tenant>>> ListAsync(HttpContext context, TenantGrain tenants) =>
        TypedResults.Ok(new Page<Tenant>([.. (await tenants.ListAsync(context.RequestAborted)).Select(Wire.Of)], null));

    private static async Task<Created<Tenant>> CreateAsync(TenantDraft draft, HttpContext context, TenantGrain tenants)
    {
        if (string.IsNullOrWhiteSpace(draft.Name) || draft.Name.Length > 100 || draft.Name.Any(char.IsControl))
            throw new ApiException(422, "bad-name", "a tenant's name has 1 to 100 characters, none of them a control character");
        TenantLimits limits = draft.Limits ?? new TenantLimits();
        Check(limits);
        if ((await tenants.ListAsync(context.RequestAborted)).Any(t => t.Name == draft.Name))
            throw new ApiException(409, "name-taken", "there is a tenant of this name");
        string id = await tenants.CreateAsync(draft.Name, Wire.Of(limits), context.RequestAborted);
        return TypedResults.Created($"/v1/tenants/{id}", Wire.Of(await tenants.GetAsync(id, context.RequestAborted)));
    }

    private static async Task<Ok<Tenant>> GetAsync(string tenant, HttpContext context, TenantGrain tenants) =>
        TypedResults.Ok(Wire.Of(await tenants.GetAsync(tenant, context.RequestAborted)));

    private static async Task<Ok<Tenant>> SetLimitsAsync(string tenant, TenantLimits limits, HttpContext context, TenantGrain tenants)
    {
        Check(limits);
        await tenants.SetLimitsAsync(tenant, Wire.Of(limits), context.RequestAborted);
        return TypedResults.Ok(Wire.Of(await tenants.GetAsync(tenant, context.RequestAborted)));
    }

    private static async Task<Ok<Page<ApiKey>>> KeysAsync(string tenant, HttpContext context, TenantGrain tenants, ApiKeys keys)
    {
        await tenants.GetAsync(tenant, context.RequestAborted);
        return TypedResults.Ok(new Page<ApiKey>([.. (await keys.ListAsync(tenant, context.RequestAborted)).Select(Of)], null));
    }

    private static async Task<Created<NewKey>> CreateKeyAsync(string tenant, KeyDraft draft, HttpContext context, ApiKeys keys)
    {
        KeyScope[] scopes = [.. draft.Scopes.Distinct().Order()];
        if (scopes.Length == 0) throw new ApiException(422, "no-scope", "a key has a scope: read, write or admin");
        if (draft.Name is { Length: > 100 } || draft.Name?.Any(char.IsControl) == true) throw new ApiException(422, "bad-name", "a key's name has at most 100 characters");
        (KeyText key, KeyStatus status) = await keys.CreateAsync(
            tenant, [.. scopes.Select(s => s.ToString().ToLowerInvariant())], draft.Name, context.RequestAborted);
        return TypedResults.Created($"/v1/tenants/{tenant}/keys/{key.Id}", new NewKey(key.ToString(), Of(status)));
    }

    private static async Task<NoContent> RevokeKeyAsync(string tenant, string key, HttpContext context, ApiKeys keys)
    {
        await keys.RevokeAsync(tenant, key, context.RequestAborted);
        return TypedResults.NoContent();
    }

    private static ApiKey Of(KeyStatus key) => new()
    {
        Id = key.KeyId,
        Name = key.Name,
        Scopes = [.. key.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(s => Enum.Parse<KeyScope>(s, ignoreCase: true))],
        Created = Wire.Time(key.CreatedAt),
        LastUsed = key.LastUsedAt is { } used ? Wire.Time(used) : null,
        Revoked = key.RevokedAt is { } revoked ? Wire.Time(revoked) : null,
    };

    private static void Check(TenantLimits limits)
    {
        Require(limits.Weight is >= 1 and <= 1000, "weight", "1 to 1000");
        Require(limits.MaxRunning >= 1, "maxRunning", "1 or more");
        Require(limits.MaxQueued >= 1, "maxQueued", "1 or more");
        Require(limits.MaxBytes >= 1, "maxBytes", "1 or more");
        Require(limits.MaxVoxels >= 1, "maxVoxels", "1 or more");
        Require(limits.RetentionHours is >= 0 and <= 1_000_000, "retentionHours", "0 to 1000000");
        Require(limits.RequestsPerMinute is >= 1 and <= 1_000_000, "requestsPerMinute", "1 to 1000000");
    }

    private static void Require(bool holds, string name, string allowed)
    {
        if (!holds) throw new ApiException(422, "limit-out-of-range", $"{name} is out of range", $"it takes: {allowed}");
    }
}
