namespace Vgpnn.Grains.Abstractions;

/// <summary>
/// In whose name grains are called: a tenant's, which the API takes from the caller's key alone, or the cluster's own.
/// It goes along with every call that follows from the call.
/// </summary>
public static class CallerContext
{
    private const string Name = "vgpnn.caller";

    /// <summary>The tenant, or <see cref="GrainKeys.System"/> for the cluster; <c>null</c> if it was not set.</summary>
    public static string? Tenant => RequestContext.Get(Name) as string;

    /// <summary>Whether calls are made in the cluster's own name: by operators, workers and background work.</summary>
    public static bool IsCluster => Tenant == GrainKeys.System;

    /// <summary>From here on calls are made in a tenant's name.</summary>
    public static void ActFor(string tenant)
    {
        ArgumentException.ThrowIfNullOrEmpty(tenant);
        RequestContext.Set(Name, tenant);
    }

    /// <summary>From here on calls are made in the cluster's own name.</summary>
    public static void ActForCluster() => RequestContext.Set(Name, GrainKeys.System);
}

/// <summary>
/// The second wall between tenants, behind the API's: a call in a tenant's name reaches that tenant's grains only. A foreign
/// grain is answered like one that does not exist. Timers and reminders are no calls of somebody, and pass.
/// </summary>
public sealed class TenantWall : IIncomingGrainCallFilter
{
    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (CallerContext.IsCluster || context.InterfaceMethod?.DeclaringType is not { } called) return context.Invoke();
        if (called.IsAssignableTo(typeof(ITenantOwned)))
        {
            string owner = GrainKeys.TenantOf(context.TargetContext.GrainId.Key.ToString()!);
            if (owner != CallerContext.Tenant) throw GrainException.NotFound("resource");
        }
        else if (called == typeof(IDispatcherGrain) || called == typeof(IApiKeyGrain) || called == typeof(IMaintenanceGrain))
        {
            // What a tenant's own grains ask in its name.
            bool own = Enumerable.Range(0, context.Request.GetArgumentCount())
                .Select(i => context.Request.GetArgument(i)).OfType<ITenantMessage>().FirstOrDefault() is { } message && message.Tenant == CallerContext.Tenant;
            if (!own) throw GrainException.NotFound("resource");
        }

        return context.Invoke();
    }
}
