using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;

namespace Vgpnn.Silo.Api;

/// <summary>What a request would take, before it is made.</summary>
internal static class EstimateEndpoints
{
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(30);

    public static void MapEstimates(this RouteGroupBuilder group) =>
        group.MapPost("/estimates", EstimateAsync).Needs(KeyScope.Read).WithName("estimateRequest")
            .WithSummary("What a request would take: size, levels, memory, time. Nothing is made.");

    private static async Task<Ok<Estimate>> EstimateAsync(
        RequestDraft draft, HttpContext context, RequestGrain requests, TenantGrain tenants, StateStore store, Speed speed)
    {
        NewRequest request = RequestEndpoints.Of(draft);
        Draft.Check(request, insecureWebhooks: false);
        if (request.Samples < 1) throw new ApiException(422, "samples-out-of-range", "a request has 1 sample or more");
        string tenant = context.Caller().Tenant;
        (PyramidPlan plan, long bytes) = await requests.PlanAsync(tenant, request, context.RequestAborted);
        CostModel model = await speed.OfAsync(request.Settings.Options.Engine);
        NodeStatus[] nodes = [.. (await NodeRegistry.ListAsync(store, context.RequestAborted)).Where(n => !n.Draining && n.Silent < Lately.TotalMilliseconds)];
        TenantStatus status = await tenants.GetAsync(tenant, context.RequestAborted);
        double one = model.Expected(plan).TotalSeconds;
        int slots = Math.Max(1, nodes.Sum(n => (int)Math.Min(n.Slots, n.Memory / Math.Max(1, bytes))));
        double rounds = Math.Ceiling((double)request.Samples / slots);
        return TypedResults.Ok(new Estimate
        {
            Settings = Wire.Of(request.Settings),
            Output = Wire.Of(plan.Output),
            Levels = [.. plan.Levels.Select(l => new EstimatedLevel(l.Index, Wire.Of(l.Input), Wire.Of(l.Output), Wire.Of(l.Patch), l.Iterations))],
            PeakBytes = bytes,
            NodeBytes = nodes.Select(n => n.Memory).DefaultIfEmpty(0).Max(),
            SecondsPerSample = one,
            Seconds = (one * rounds) + model.ExpectedPreparation(plan).TotalSeconds,
            QueueAhead = status.Queued,
        });
    }
}

/// <summary>How fast samples are made with this process's threads, measured once for each engine.</summary>
internal sealed class Speed(SiloSettings settings)
{
    private readonly Lazy<Task<CostModel>>[] _models =
        [.. Enum.GetValues<Engine>().Select(e => new Lazy<Task<CostModel>>(() => Task.Run(() => CostModel.Measure(e, settings.ThreadsPerSample))))];

    public Task<CostModel> OfAsync(Engine engine) => _models[(int)engine].Value;
}
