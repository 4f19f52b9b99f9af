using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;

namespace Vgpnn.Silo.Api;

/// <summary>Requests: submitted, listed, cancelled, deleted, made again.</summary>
internal static class RequestEndpoints
{
    private const string IdempotencyHeader = "Idempotency-Key";

    public static void MapRequests(this RouteGroupBuilder group)
    {
        group.MapPost("/requests", SubmitAsync).Needs(KeyScope.Write).WithName("submitRequest")
            .WithSummary("Submit a request; with the header Idempotency-Key the same one again is the one that is there.");
        group.MapGet("/requests", ListAsync).Needs(KeyScope.Read).WithName("listRequests").WithSummary("Requests, the newest first.");
        group.MapGet("/requests/{request}", GetAsync).Needs(KeyScope.Read).WithName("getRequest").WithSummary("A request and how far it has come.");
        group.MapDelete("/requests/{request}", DeleteAsync).Needs(KeyScope.Write).WithName("deleteRequest")
            .WithSummary("Cancel what is left of a request, and remove it with everything that was made.");
        group.MapPost("/requests/{request}/cancel", CancelAsync).Needs(KeyScope.Write).WithName("cancelRequest")
            .WithSummary("Cancel what is left of a request; previews stay.");
        group.MapPost("/requests/{request}/repeat", RepeatAsync).Needs(KeyScope.Write).WithName("repeatRequest")
            .WithSummary("Submit the same request again, with another seed unless one is given.");
        group.MapGet("/requests/{request}/manifest", ManifestAsync).Needs(KeyScope.Read).WithName("getRequestManifest")
            .WithSummary("All that is needed to make the same bits again, and the hashes to tell.");
    }

    /// <summary>The settings of a draft in the words of the grains.</summary>
    public static NewRequest Of(RequestDraft draft, string? idempotencyKey = null)
    {
        Knobs settings = draft.Settings ?? new Knobs();
        if (draft.Inputs.Any(i => i is null)) throw new ApiException(400, "bad-json", "an input is null");
        return new NewRequest
        {
            Inputs = [.. draft.Inputs.Select(i => new Grains.Contracts.RequestInput(i.Role, i.Video))],
            Settings = new RequestSettings
            {
                Options = settings.ToOptions(draft.Application),
                FirstFrame = settings.FirstFrame,
                LastFrame = settings.LastFrame,
                MaxHeight = settings.MaxHeight,
                FrameRate = settings.FrameRate,
            },
            Samples = draft.Samples,
            Seed = draft.Seed,
            Webhook = draft.Webhook,
            IdempotencyKey = idempotencyKey,
        };
    }

    /// <summary>A request with all that belongs to it.</summary>
    public static async Task<Request> ReadAsync(RequestGrain requests, string tenant, RequestStatus status, CancellationToken cancellation)
    {
        ILookup<string, KnownInput> inputs = await requests.InputsAsync(tenant, [status.RequestId], cancellation);
        long? ahead = status.State == RequestState.Active ? await requests.QueueAheadAsync(tenant, status.RequestId, cancellation) : null;
        return Wire.Of(status, inputs[status.RequestId], ahead);
    }

    private static async Task<Accepted<Request>> SubmitAsync(RequestDraft draft, HttpContext context, RequestGrain requests, WorkSignal signal)
    {
        string? key = context.Request.Headers[IdempotencyHeader] is [{ } given] ? given : null;
        if (key is { Length: 0 or > 255 } || key?.Any(char.IsControl) == true)
            throw new ApiException(422, "bad-idempotency-key", $"{IdempotencyHeader} has 1 to 255 printable characters");
        return await SubmitNewAsync(Of(draft, key), context, requests, signal);
    }

    private static async Task<Accepted<Request>> SubmitNewAsync(NewRequest request, HttpContext context, RequestGrain requests, WorkSignal signal)
    {
        Draft.Check(request, context.RequestServices.GetRequiredService<SiloSettings>().InsecureWebhooks);
        string tenant = context.Caller().Tenant;
        RequestStatus status = await requests.SubmitAsync(tenant, request, context.RequestAborted);
        signal.Wake();
        Request body = await ReadAsync(requests, tenant, status, context.RequestAborted);
        return TypedResults.Accepted(body.Links.Self, body);
    }

    private static async Task<Ok<Page<Request>>> ListAsync(HttpContext context, RequestGrain requests, string? cursor = null, int? limit = null)
    {
        int most = Cursor.Limit(limit);
        string tenant = context.Caller().Tenant;
        IReadOnlyList<RequestStatus> found = await requests.ListAsync(tenant, Cursor.Read("requests", cursor), most + 1, context.RequestAborted);
        ILookup<string, KnownInput> inputs = await requests.InputsAsync(
            tenant, [.. found.Select(r => r.RequestId)], context.RequestAborted);
        return TypedResults.Ok(Cursor.Page("requests", [.. found.Select(r => Wire.Of(r, inputs[r.RequestId]))], most, r => r.Id));
    }

    private static async Task<Ok<Request>> GetAsync(string request, HttpContext context, RequestGrain requests)
    {
        string tenant = context.Caller().Tenant;
        RequestStatus status = await requests.GetAsync(tenant, request, context.RequestAborted);
        return TypedResults.Ok(await ReadAsync(requests, tenant, status, context.RequestAborted));
    }

    private static async Task<NoContent> DeleteAsync(string request, HttpContext context, RequestGrain requests)
    {
        string tenant = context.Caller().Tenant;
        await requests.GetAsync(tenant, request, context.RequestAborted);
        await requests.DeleteAsync(tenant, request, context.RequestAborted);
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<Request>, Accepted<Request>>> CancelAsync(string request, HttpContext context, RequestGrain requests)
    {
        string tenant = context.Caller().Tenant;
        RequestStatus before = await requests.GetAsync(tenant, request, context.RequestAborted);
        if (before.State == RequestState.Finished && before.Cancelled == 0)
            throw new ApiException(409, "already-over", "all samples of the request have come to their end");
        RequestStatus after = await requests.CancelAsync(tenant, request, context.RequestAborted);
        Request body = await ReadAsync(requests, tenant, after, context.RequestAborted);
        return before.State == RequestState.Finished ? TypedResults.Ok(body) : TypedResults.Accepted(body.Links.Self, body);
    }

    private static async Task<Accepted<Request>> RepeatAsync(
        string request, HttpContext context, RequestGrain requests, WorkSignal signal, RepeatDraft? draft = null)
    {
        string tenant = context.Caller().Tenant;
        RequestStatus status = await requests.GetAsync(tenant, request, context.RequestAborted);
        ILookup<string, KnownInput> inputs = await requests.InputsAsync(tenant, [request], context.RequestAborted);
        return await SubmitNewAsync(
            new NewRequest
            {
                Inputs = [.. inputs[request].Select(i => new Grains.Contracts.RequestInput(i.Role, i.VideoId))],
                Settings = RequestSettings.Read(status.Settings),
                Samples = draft?.Samples ?? status.Samples,
                Seed = draft?.Seed,
            },
            context, requests, signal);
    }

    private static async Task<Ok<RequestManifest>> ManifestAsync(
        string request, HttpContext context, RequestGrain requests, VideoGrain videos, Grains.State.StateStore store) =>
        TypedResults.Ok(await ManifestOfAsync(context.Caller().Tenant, request, requests, videos, store, context.RequestAborted));

    /// <summary>A request's manifest, as far as it has come.</summary>
    public static async Task<RequestManifest> ManifestOfAsync(
        string tenant, string request, RequestGrain requests, VideoGrain videos, Grains.State.StateStore store, CancellationToken cancellation)
    {
        RequestStatus status = await requests.GetAsync(tenant, request, cancellation);
        Request body = await ReadAsync(requests, tenant, status, cancellation);
        var inputs = new List<RequestManifestInput>();
        foreach (Vgpnn.Contracts.RequestInput input in body.Inputs)
        {
            VideoStatus? video = await videos.FindAnyAsync(tenant, input.Video, cancellation);
            inputs.Add(new RequestManifestInput(input.Role, video?.Name ?? "", video?.ContentHash ?? ""));
        }

        var samples = new List<RequestManifestSample>();
        IReadOnlyList<SampleStatus> page;
        do
        {
            page = await SampleGrain.ListAsync(store, tenant, request, samples.Count == 0 ? -1 : samples[^1].Index, Changes.MostRows, cancellation);
            samples.AddRange(page.Select(s => new RequestManifestSample(s.SampleIndex, Wire.Of(s).State, s.FramesSha256, s.Seconds)));
        }
        while (page.Count == Changes.MostRows);

        return new RequestManifest
        {
            Version = typeof(RequestEndpoints).Assembly.GetName().Version!.ToString(3),
            EngineClass = status.EngineClass,
            Request = request,
            Application = body.Application,
            Seed = status.Seed.ToString(CultureInfo.InvariantCulture),
            Settings = body.Settings,
            Inputs = inputs,
            Output = body.Output,
            Samples = samples,
        };
    }
}
