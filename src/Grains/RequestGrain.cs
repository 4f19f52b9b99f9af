using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;
using Vgpnn.Synthesis;

namespace Vgpnn.Grains;

/// <summary>
/// A request: planned and admitted when it is submitted, fanned out into samples a window at a time, collected until the last
/// of them has come to its end. Key: the request's id.
/// </summary>
/// <param name="store">The state.</param>
/// <param name="onDevices">Whether what devices can make is made by them.</param>
public sealed class RequestGrain(StateStore store, bool onDevices = false)
{
    /// <summary>Samples that wait as rows; the others are numbers. A backlog of thousands costs no more than this.</summary>
    internal const int Window = 16;

    private const int MaxSamples = 1_000_000;

    /// <summary>Submits a request: checks limits, plans, and makes its first samples ready, all in one transaction.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="request">What is wanted.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="GrainException">An input is not there or not ready, or a limit is reached.</exception>
    /// <exception cref="Vgpnn.Synthesis.VgpnnException">Settings and inputs do not go together.</exception>
    public async Task<RequestStatus> SubmitAsync(string tenant, NewRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Samples is < 1 or > MaxSamples)
            throw new GrainException("samples-out-of-range", $"a request has 1 to {MaxSamples} samples, not {request.Samples}");
        string settings = SettingsJson.Write(request.Settings);
        IReadOnlyList<VideoStatus> videos = await store.RunForAsync(tenant, state => InputsAsync(state, tenant, request), cancellation)
            .ConfigureAwait(false);
        RequestPlan plan = RequestPlan.Make(request, videos, settings);
        ulong seed = request.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        string id = Ids.New();
        bool onDevice = onDevices && plan.DeviceBytes > 0 && await FitsADeviceAsync(plan.DeviceBytes, cancellation).ConfigureAwait(false);
        return await store.RunForAsync(
            tenant,
            async state =>
            {
                TenantRow limits = await TenantGrain.LockAsync(state, tenant).ConfigureAwait(false);
                string? hash = request.IdempotencyKey is null ? null : BodyHash(request, settings);
                if (await RepeatedAsync(state, tenant, request.IdempotencyKey, hash).ConfigureAwait(false) is { } existing)
                    return await GetAsync(state, tenant, existing).ConfigureAwait(false);
                ThrowIfOverLimit(limits, request, plan);
                await InputsAsync(state, tenant, request).ConfigureAwait(false);
                await state.ExecuteAsync(RequestSql.Insert, new
                {
                    request = id,
                    tenant,
                    settings,
                    seed = seed.ToString(CultureInfo.InvariantCulture),
                    samples = request.Samples,
                    engineClass = onDevice ? EngineClass.OpenCl : EngineClass.Cpu,
                    protocol = LongTurns.Protocol,
                    bytes = plan.Bytes,
                    deviceBytes = onDevice ? plan.DeviceBytes : 0,
                    charge = plan.Charge,
                    affinity = plan.Affinity,
                    levels = plan.Pyramid.Levels.Count,
                    frames = plan.Pyramid.Output.T,
                    height = plan.Pyramid.Output.H,
                    width = plan.Pyramid.Output.W,
                    webhook = request.Webhook,
                    trace = Telemetry.Current,
                    idempotencyKey = request.IdempotencyKey,
                    idempotencyHash = hash,
                }).ConfigureAwait(false);
                for (int i = 0; i < request.Inputs.Count; i++)
                {
                    RequestInput input = request.Inputs[i];
                    await state.ExecuteAsync(
                        RequestSql.InsertInput,
                        new { request = id, position = i, tenant, role = input.Role.ToString(), video = input.VideoId }).ConfigureAwait(false);
                }

                await TenantGrain.CountAsync(state, tenant, queued: request.Samples).ConfigureAwait(false);
                for (int i = 0; i < Window; i++)
                    if (!await FanOutAsync(state, id).ConfigureAwait(false)) break;
                return await GetAsync(state, tenant, id).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
    }

    // What no device has room for is the processor's. Where no device is there yet, one that comes is waited for.
    private Task<bool> FitsADeviceAsync(long bytes, CancellationToken cancellation) => store.RunAsync(
        async state => await state.ScalarAsync<long?>(NodeSql.LargestDevice).ConfigureAwait(false) is not { } largest || bytes <= largest,
        cancellation);

    /// <summary>What a sample of such a request would take; nothing is kept.</summary>
    /// <exception cref="GrainException">An input is not there or not ready.</exception>
    /// <exception cref="Vgpnn.Synthesis.VgpnnException">Settings and inputs do not go together.</exception>
    public async Task<(Vgpnn.Synthesis.PyramidPlan Plan, long Bytes)> PlanAsync(
        string tenant, NewRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        IReadOnlyList<VideoStatus> videos = await store.RunForAsync(tenant, state => InputsAsync(state, tenant, request), cancellation)
            .ConfigureAwait(false);
        var plan = RequestPlan.Make(request, videos, SettingsJson.Write(request.Settings));
        return (plan.Pyramid, plan.Bytes);
    }

    /// <summary>The tenant's samples that wait ahead of a request's first waiting one; null: none of it waits.</summary>
    public Task<long?> QueueAheadAsync(string tenant, string request, CancellationToken cancellation = default) => store.RunForAsync(
        tenant,
        state => state.FindAsync<long?>(TurnSql.Ahead, new { tenant, from = $"sample/{request}/", to = $"sample/{request}0" }),
        cancellation);

    /// <summary>What each of some requests is made of, in order.</summary>
    public async Task<ILookup<string, KnownInput>> InputsAsync(string tenant, IReadOnlyList<string> requests, CancellationToken cancellation = default)
    {
        IReadOnlyList<InputRow> rows = requests.Count == 0 ? [] : await store.RunForAsync(
            tenant, state => state.QueryAsync<InputRow>(RequestSql.Inputs, new { tenant, requests }), cancellation).ConfigureAwait(false);
        return rows.ToLookup(r => r.RequestId, r => new KnownInput(Enum.Parse<Vgpnn.Synthesis.InputRole>(r.Role), r.VideoId, r.Name, r.Deleted != 0));
    }

    /// <summary>A request and how far it has come.</summary>
    /// <exception cref="GrainException">There is no such request of this tenant.</exception>
    public Task<RequestStatus> GetAsync(string tenant, string request, CancellationToken cancellation = default) =>
        store.RunForAsync(tenant, state => GetAsync(state, tenant, request), cancellation);

    /// <summary>A page of a tenant's requests, the newest first.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="before">The last id of the page before; null: from the newest.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<IReadOnlyList<RequestStatus>> ListAsync(string tenant, string? before, int limit, CancellationToken cancellation = default) =>
        store.RunForAsync(
            tenant, state => state.QueryAsync<RequestStatus>(RequestSql.All, new { tenant, before = before ?? "~", limit }), cancellation);

    /// <summary>Ends all samples that have not come to their end; what they left as previews stays. Twice is like once.</summary>
    /// <exception cref="GrainException">There is no such request of this tenant.</exception>
    public Task<RequestStatus> CancelAsync(string tenant, string request, CancellationToken cancellation = default) => store.RunForAsync(
        tenant,
        async state =>
        {
            await TenantGrain.LockAsync(state, tenant).ConfigureAwait(false);
            await CancelAsync(state, tenant, request).ConfigureAwait(false);
            return await GetAsync(state, tenant, request).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>Cancels what is left of a request and removes it with all its blobs.</summary>
    /// <exception cref="GrainException">There is no such request of this tenant.</exception>
    public Task DeleteAsync(string tenant, string request, CancellationToken cancellation = default) => store.RunForAsync(
        tenant,
        async state =>
        {
            await TenantGrain.LockAsync(state, tenant).ConfigureAwait(false);
            await CancelAsync(state, tenant, request).ConfigureAwait(false);
            await BlobRecords.KillOwnedAsync(state, tenant, $"request/{request}").ConfigureAwait(false);

            // '0' is the character after '/': all grains of this request and no others.
            await state.ExecuteAsync(RequestSql.DeleteActivations, new { tenant, from = $"sample/{request}/", to = $"sample/{request}0" })
                .ConfigureAwait(false);
            await state.ExecuteAsync(RequestSql.Delete, new { tenant, request }).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>Gives the next sample its row and makes it ready.</summary>
    /// <returns>Whether there was one.</returns>
    internal static async Task<bool> FanOutAsync(StateTransaction state, string request)
    {
        while (await state.FindAsync<NextSample>(RequestSql.FanOut, new { request }).ConfigureAwait(false) is { } next)
        {
            var row = new { request, index = next.SampleIndex, tenant = next.TenantId };
            if (await state.ExecuteAsync(SampleSql.Insert, row).ConfigureAwait(false) == 0) continue;
            await LongTurns.InsertAsync(
                state, GrainKey.Sample(request, next.SampleIndex), next.TenantId,
                new TurnNeeds(next.EngineClass, next.Bytes, next.Charge, next.Affinity, next.TraceParent, next.Protocol, next.DeviceBytes)).ConfigureAwait(false);
            return true;
        }

        return false;
    }

    /// <summary>Counts samples that came to their end. The last one finishes the request, and lets go of its inputs.</summary>
    internal static async Task CollectAsync(
        StateTransaction state, string tenant, string request, int succeeded = 0, int failed = 0, int cancelled = 0)
    {
        string now = await state.ScalarAsync<string>(RequestSql.Collect, new { request, succeeded, failed, cancelled }).ConfigureAwait(false);
        if (now != "finished") return;
        await state.ExecuteAsync(OutboxSql.Finished, new { request }).ConfigureAwait(false);
        foreach (string video in await state.QueryAsync<string>(VideoSql.Released, new { request }).ConfigureAwait(false))
            await BlobRecords.KillOwnedAsync(state, tenant, $"video/{video}").ConfigureAwait(false);
    }

    internal static async Task<RequestStatus> GetAsync(StateTransaction state, string tenant, string request) =>
        await state.FindAsync<RequestStatus>(RequestSql.Find, new { tenant, request }).ConfigureAwait(false)
        ?? throw GrainException.NotFound("request");

    /// <summary>Locks a request; the tenant is locked already.</summary>
    internal static async Task<RequestStatus> LockAsync(StateTransaction state, string tenant, string request) =>
        await state.FindAsync<RequestStatus>(RequestSql.Lock, new { tenant, request }).ConfigureAwait(false)
        ?? throw GrainException.NotFound("request");

    private static async Task CancelAsync(StateTransaction state, string tenant, string request)
    {
        RequestStatus status = await LockAsync(state, tenant, request).ConfigureAwait(false);
        int left = status.Samples - status.Succeeded - status.Failed - status.Cancelled;
        if (left == 0) return;
        IReadOnlyList<int> rows = await state.QueryAsync<int>(SampleSql.Unfinished, new { request }).ConfigureAwait(false);
        foreach (int index in rows) await SampleGrain.CancelRowAsync(state, GrainKey.Sample(request, index)).ConfigureAwait(false);
        await TenantGrain.CountAsync(state, tenant, queued: rows.Count - left).ConfigureAwait(false);
        await CollectAsync(state, tenant, request, cancelled: left).ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<VideoStatus>> InputsAsync(StateTransaction state, string tenant, NewRequest request)
    {
        var videos = new List<VideoStatus>();
        foreach (RequestInput input in request.Inputs)
        {
            VideoStatus video = await state.FindAsync<VideoStatus>(VideoSql.Find, new { tenant, video = input.VideoId }).ConfigureAwait(false)
                ?? throw GrainException.NotFound("video");
            if (video.State != VideoState.Ready)
            {
                throw video.State == VideoState.Failed
                    ? new GrainException("video-failed", $"video {video.VideoId} cannot be used: {video.Error}")
                    : new GrainException("video-not-ready", $"video {video.VideoId} is still being looked at", "try again in a moment");
            }

            videos.Add(video);
        }

        return videos;
    }

    private static async Task<string?> RepeatedAsync(StateTransaction state, string tenant, string? key, string? hash)
    {
        if (key is null) return null;
        IdempotentRow? row = await state.FindAsync<IdempotentRow>(RequestSql.Idempotent, new { tenant, key }).ConfigureAwait(false);
        if (row is null) return null;
        return row.IdempotencyHash == hash
            ? row.RequestId
            : throw new GrainException("idempotency-conflict", "the idempotency key was used for another request");
    }

    private static void ThrowIfOverLimit(TenantRow limits, NewRequest request, RequestPlan plan)
    {
        if (limits.Queued + limits.Running + request.Samples > limits.MaxQueued)
        {
            throw new GrainException(
                "quota-queued", $"{limits.Queued + limits.Running} samples wait or run, and with {request.Samples} more there would be over {limits.MaxQueued}",
                "wait for some to finish, or cancel some");
        }

        if (limits.BytesStored >= limits.MaxBytes)
            throw new GrainException("quota-bytes", $"all of the {limits.MaxBytes} bytes are used", "delete videos or requests");
        if (plan.Voxels > limits.MaxVoxels / request.Samples)
            throw new GrainException("quota-voxels", $"the request's output has over {limits.MaxVoxels} voxels", "ask for fewer samples, fewer frames or a smaller size");
    }

    private static string BodyHash(NewRequest request, string settings)
    {
        string body = $"{settings}\n{request.Samples}\n{request.Seed}\n{request.Webhook}\n{string.Join('\n', request.Inputs.Select(i => $"{i.Role} {i.VideoId}"))}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
    }

    private sealed record InputRow
    {
        public required string RequestId { get; init; }

        public required string Role { get; init; }

        public required string VideoId { get; init; }

        public required string Name { get; init; }

        public required long Deleted { get; init; }
    }

    private sealed record IdempotentRow
    {
        public required string RequestId { get; init; }

        public required string IdempotencyHash { get; init; }
    }

    private sealed record NextSample
    {
        public required string TenantId { get; init; }

        public int SampleIndex { get; init; }

        public required string EngineClass { get; init; }

        public int Protocol { get; init; }

        public long Bytes { get; init; }

        public long DeviceBytes { get; init; }

        public double Charge { get; init; }

        public required string Affinity { get; init; }

        public string? TraceParent { get; init; }
    }
}
