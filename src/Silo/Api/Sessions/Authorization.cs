using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Sessions;

/// <summary>Refuses what a caller may not do, and has grains called in the tenant's name. Refused calls are counted before.</summary>
internal sealed class Authorization(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Needs>() is not { } needs) return next(context);
        Caller caller = context.Caller();
        bool changes = !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method);
        if (caller.Session is not null && changes) Authentication.ThrowIfForeignPage(context);
        if (!caller.May(needs.Scope))
            throw new ApiException(StatusCodes.Status403Forbidden, "scope-missing", $"the key has no scope '{Name(needs.Scope)}'");

        // What is set here holds for the endpoint, and no longer.
        if (needs.Scope == KeyScope.Admin) CallerContext.ActForCluster();
        else CallerContext.ActFor(caller.Tenant);
        return next(context);
    }

    private static string Name(KeyScope scope) => scope.ToString().ToLowerInvariant();
}
