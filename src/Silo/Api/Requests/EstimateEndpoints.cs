using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Cluster;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Silo.Api.Requests;

/// <summary>What a request would take, before it is submitted.</summary>
internal static class EstimateEndpoints
{
    /// <summary>A worker that was silent for longer does not count.</summary>
    private const double MaxSilentSeconds = 30;

    public static void MapEstimates(this RouteGroupBuilder group) =>
        group.MapPost("/estimates", EstimateAsync).Needs(KeyScope.Read).WithName("estimateRequest")
            .WithSummary("Estimate size, levels, memory and time of a request, without submitting it.");

    private static async Task<Ok<Estimate>> EstimateAsync(
        RequestDraft draft, HttpContext context, IGrainFactory grains, Submissions submissions, ClusterView cluster, Speed speed)
    {
        var spec = RequestSpec.Of(draft);
        spec.Check(insecureWebhooks: false);
        (string tenant, CancellationToken cancellation) = (context.Caller().Tenant, context.RequestAborted);
        (RequestPlan plan, PyramidPlan pyramid) = await submissions.PlanAsync(tenant, spec, cancellation);
        CostModel model = await speed.OfAsync(spec.Settings.Options.Engine).WaitAsync(cancellation);
        Node[] nodes = [.. ClusterView.Nodes(await cluster.ReadAsync(cancellation)).Where(n => !n.Draining && n.Silent < MaxSilentSeconds)];
        TenantStatus status = await grains.Tenant(tenant).Get().WaitAsync(cancellation);
        double one = model.Expected(pyramid).TotalSeconds;
        int slots = Math.Max(1, nodes.Sum(n => (int)Math.Min(n.Slots, n.Memory / Math.Max(1, plan.Memory))));
        double rounds = Math.Ceiling((double)spec.Samples / slots);
        return TypedResults.Ok(new Estimate
        {
            Settings = spec.Settings.Map(),
            Output = pyramid.Output.Map(),
            Levels = [.. pyramid.Levels.Select(l => new EstimatedLevel(l.Index, l.Input.Map(), l.Output.Map(), l.Patch.Map(), l.Iterations))],
            PeakBytes = plan.Memory,
            NodeBytes = nodes.Select(n => n.Memory).DefaultIfEmpty(0).Max(),
            SecondsPerSample = one,
            Seconds = (one * rounds) + model.ExpectedPreparation(pyramid).TotalSeconds,
            QueueAhead = status.Queued,
        });
    }
}
