using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Keys;
using Vgpnn.Grains.Tenants;
using Vgpnn.Media;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Keys;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Silo.Settings;

using TenantLimits = Vgpnn.Contracts.TenantLimits;

namespace Vgpnn.Silo.Api.Tenants;

/// <summary>Tenants and their keys, for the operator; a tenant's own limits.</summary>
internal static class TenantEndpoints
{
    private const int MaxNameLength = 100;

    public static void MapTenants(this RouteGroupBuilder group)
    {
        group.MapGet("/limits", LimitsAsync).Needs(KeyScope.Read).WithName("getLimits").WithSummary("Get the limits and the usage of the caller's tenant.");
        group.MapGet("/tenants", ListAsync).Needs(KeyScope.Admin).WithName("listTenants").WithSummary("List all tenants.");
        group.MapPost("/tenants", CreateAsync).Needs(KeyScope.Admin).WithName("createTenant").WithSummary("Create a tenant.");
        group.MapGet("/tenants/{tenant}", GetAsync).Needs(KeyScope.Admin).WithName("getTenant").WithSummary("Get a tenant.");
        group.MapPut("/tenants/{tenant}/limits", SetLimitsAsync).Needs(KeyScope.Admin).WithName("setTenantLimits").WithSummary("Set a tenant's limits.");
        group.MapGet("/tenants/{tenant}/keys", KeysAsync).Needs(KeyScope.Admin).WithName("listKeys").WithSummary("List a tenant's keys, without their secrets.");
        group.MapPost("/tenants/{tenant}/keys", CreateKeyAsync).Needs(KeyScope.Admin).WithName("createKey").WithSummary("Create a key; it is returned this once.");
        group.MapDelete("/tenants/{tenant}/keys/{key}", RevokeKeyAsync).Needs(KeyScope.Admin).WithName("revokeKey")
            .WithSummary("Revoke a key; within ten seconds no server accepts it any more.");
    }

    private static async Task<Ok<Limits>> LimitsAsync(HttpContext context, IGrainFactory grains, SiloSettings settings)
    {
        Tenant tenant = (await grains.Tenant(context.Caller().Tenant).Get()).Map();
        return TypedResults.Ok(new Limits
        {
            Tenant = tenant.Name,
            Allowed = tenant.Allowed,
            Used = tenant.Used,
            MaxUploadBytes = settings.MaxUpload,
            MaxPixelsPerFrame = MediaLimits.Default.MaxPixelsPerFrame,
            MaxFrames = MediaLimits.Default.MaxFrames,
        });
    }

    private static async Task<Ok<Page<Tenant>>> ListAsync(HttpContext context, IGrainFactory grains) =>
        TypedResults.Ok(new Page<Tenant>(await grains.ListTenantsAsync(context.RequestAborted)));

    private static async Task<Created<Tenant>> CreateAsync(TenantDraft draft, IGrainFactory grains)
    {
        if (string.IsNullOrWhiteSpace(draft.Name) || draft.Name.Length > MaxNameLength || draft.Name.Any(char.IsControl))
            throw new ApiException(422, "bad-name", $"invalid tenant name; use 1 to {MaxNameLength} characters without control characters");
        TenantLimits limits = draft.Limits ?? new TenantLimits();
        Check(limits);
        Tenant tenant = (await grains.Tenant(TenantIds.Of(draft.Name)).Create(draft.Name, limits.Map())).Map();
        return TypedResults.Created($"/v1/tenants/{tenant.Id}", tenant);
    }

    private static async Task<Ok<Tenant>> GetAsync(string tenant, IGrainFactory grains) => TypedResults.Ok((await grains.Tenant(tenant).Get()).Map());

    private static async Task<Ok<Tenant>> SetLimitsAsync(string tenant, TenantLimits limits, IGrainFactory grains)
    {
        Check(limits);
        return TypedResults.Ok((await grains.Tenant(tenant).SetLimits(limits.Map())).Map());
    }

    private static async Task<Ok<Page<ApiKey>>> KeysAsync(string tenant, IGrainFactory grains) =>
        TypedResults.Ok(new Page<ApiKey>([.. (await grains.Tenant(tenant).Keys()).Select(k => k.Map())]));

    private static async Task<Created<NewKey>> CreateKeyAsync(string tenant, KeyDraft draft, ApiKeys keys)
    {
        KeyScope[] scopes = [.. draft.Scopes.Distinct().Order()];
        if (scopes.Length == 0) throw new ApiException(422, "no-scope", "a key needs a scope", "use one or more of: read, write, admin");
        if (draft.Name is { Length: > MaxNameLength } || draft.Name?.Any(char.IsControl) == true)
            throw new ApiException(422, "bad-name", $"invalid key name; use at most {MaxNameLength} characters without control characters");
        (KeyText key, KeyStatus status) = await keys.CreateAsync(tenant, string.Join(' ', scopes.Select(s => s.ToString().ToLowerInvariant())), draft.Name);
        return TypedResults.Created($"/v1/tenants/{tenant}/keys/{key.Id}", new NewKey(key.ToString(), status.Map()));
    }

    private static async Task<NoContent> RevokeKeyAsync(string tenant, string key, ApiKeys keys)
    {
        await keys.RevokeAsync(tenant, key);
        return TypedResults.NoContent();
    }

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
        if (!holds) throw new ApiException(422, "limit-out-of-range", $"{name} is out of range", $"use {allowed}");
    }
}
