using System.Diagnostics;
using Vgpnn.Grains;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Requests;
using Vgpnn.Silo.Api.Cluster;
using Vgpnn.Silo.Api.Lists;
using Vgpnn.Silo.Api.Values;
using Vgpnn.Silo.Settings;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Silo.Api.Requests;

/// <summary>Plans requests in this process, and submits them.</summary>
internal sealed class Submissions(IGrainFactory grains, ClusterView cluster, SiloSettings settings)
{
    /// <summary>Submits a request that was checked.</summary>
    /// <param name="tenant">Its owner.</param>
    /// <param name="spec">The request.</param>
    /// <param name="idempotencyKey">The same request under the same key is submitted once; <c>null</c>: it is a new one.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <exception cref="GrainException">An input is missing or not ready, a quota is reached, or another request has this key.</exception>
    /// <exception cref="VgpnnException">Settings and inputs do not go together.</exception>
    public async Task<RequestStatus> SubmitAsync(string tenant, RequestSpec spec, string? idempotencyKey, CancellationToken cancellation)
    {
        IRequestGrain request = grains.Request(tenant, idempotencyKey is null ? NewId.Make() : Ids.OfRequest(tenant, idempotencyKey));

        // One that exists already needs no plan, and perhaps its inputs were deleted since.
        RequestStatus? existing = idempotencyKey is null ? null : await request.FindAsync(cancellation);
        RequestPlan plan = existing is not null && spec.Matches(existing) ? existing.Plan : await PlanForBackendAsync(tenant, spec, cancellation);
        return await request.Submit(new NewRequest
        {
            Inputs = spec.Inputs,
            Settings = spec.Settings.Write(),
            Plan = plan,
            Samples = spec.Samples,
            Seed = spec.Seed,
            Webhook = spec.Webhook,
            Trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null,
        }).WaitAsync(cancellation);
    }

    /// <summary>What a sample of a request takes on a CPU, and its pyramid.</summary>
    /// <exception cref="GrainException">An input is missing or not ready.</exception>
    /// <exception cref="VgpnnException">Settings and inputs do not go together.</exception>
    public async Task<(RequestPlan Plan, PyramidPlan Pyramid)> PlanAsync(string tenant, RequestSpec spec, CancellationToken cancellation)
    {
        IEnumerable<string> used = spec.Inputs.Select(i => i.VideoId).Distinct();
        Dictionary<string, VideoStatus> videos = (await Listing.SelectAsync(used, v => grains.Video(tenant, v).Get(), cancellation)).ToDictionary(v => v.VideoId);
        foreach (VideoStatus video in videos.Values) ThrowIfUnusable(video);
        return RequestPlanner.Plan(spec.Inputs, [.. spec.Inputs.Select(i => videos[i.VideoId])], spec.Settings);
    }

    private async Task<RequestPlan> PlanForBackendAsync(string tenant, RequestSpec spec, CancellationToken cancellation)
    {
        (RequestPlan plan, PyramidPlan pyramid) = await PlanAsync(tenant, spec, cancellation);
        return settings.HasDevice
            ? RequestPlanner.OnDevice(plan, pyramid, spec.Settings.Options, await cluster.LargestDeviceAsync(cancellation)) ?? plan
            : plan;
    }

    private static void ThrowIfUnusable(VideoStatus video)
    {
        if (video.State == VideoState.Failed) throw new GrainException("video-failed", $"video {video.VideoId} cannot be used: {video.Failure?.Message}");
        if (video.State != VideoState.Ready) throw new GrainException("video-not-ready", $"video {video.VideoId} is still being checked", "try again in a moment");
    }
}
