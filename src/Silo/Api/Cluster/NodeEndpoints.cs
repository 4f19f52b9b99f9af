using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Silo.Api.Tenants;
using Vgpnn.Silo.Api.Videos;

namespace Vgpnn.Silo.Api.Cluster;

/// <summary>The cluster, for its operator.</summary>
internal static class NodeEndpoints
{
    private const int MaxFailures = 50;

    public static void MapNodes(this RouteGroupBuilder group) =>
        group.MapGet("/nodes", GetAsync).Needs(KeyScope.Admin).WithName("getCluster").WithSummary("Get the cluster's workers, its tenants and the last failures.");

    private static async Task<Ok<ClusterStatus>> GetAsync(HttpContext context, IGrainFactory grains, ClusterView cluster)
    {
        IReadOnlyList<DispatcherStatus> dispatchers = await cluster.ReadAsync(context.RequestAborted);
        return TypedResults.Ok(new ClusterStatus(
            ClusterView.Nodes(dispatchers),
            await grains.ListTenantsAsync(context.RequestAborted),
            [.. dispatchers.SelectMany(d => d.Failures).Take(MaxFailures).Select(f => new ClusterFailure(f.TenantName, f.What, f.Failure.Map()!))]));
    }
}
