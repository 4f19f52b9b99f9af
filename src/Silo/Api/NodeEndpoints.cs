using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;

namespace Vgpnn.Silo.Api;

/// <summary>The cluster, for the operator.</summary>
internal static class NodeEndpoints
{
    private const int MostFailures = 50;

    public static void MapNodes(this RouteGroupBuilder group) =>
        group.MapGet("/nodes", GetAsync).Needs(KeyScope.Admin).WithName("getCluster").WithSummary("Nodes, tenants, and what failed last.");

    private static async Task<Ok<ClusterStatus>> GetAsync(HttpContext context, TenantGrain tenants, StateStore store)
    {
        IReadOnlyList<NodeStatus> nodes = await NodeRegistry.ListAsync(store, context.RequestAborted);
        IReadOnlyList<FailureStatus> failures = await NodeRegistry.FailuresAsync(store, MostFailures, context.RequestAborted);
        return TypedResults.Ok(new ClusterStatus(
            [.. nodes.Select(n => new Node
            {
                Id = n.Node,
                Version = n.Version,
                Slots = n.Slots,
                Running = n.Running,
                Memory = n.Memory,
                Draining = n.Draining,
                Silent = n.Silent / 1000.0,
            })],
            [.. (await tenants.ListAsync(context.RequestAborted)).Select(Wire.Of)],
            [.. failures.Select(f => new ClusterFailure(f.TenantName, f.What, new Failure(f.ErrorCode, f.Error)))]));
    }
}
