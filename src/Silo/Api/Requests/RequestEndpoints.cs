using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Lists;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Silo.Settings;
using Vgpnn.Synthesis.Options;
using Request = Vgpnn.Contracts.Request;

namespace Vgpnn.Silo.Api.Requests;

/// <summary>Requests: submitted, listed, cancelled, deleted, repeated.</summary>
internal static class RequestEndpoints
{
    private const string IdempotencyHeader = "Idempotency-Key";
    private const int MaxKeyLength = 255;

    private static readonly string[] States = ["active", "succeeded", "failed", "cancelled"];
    private static readonly string[] Applications = [.. Enum.GetNames<Application>().Select(n => n.ToLowerInvariant())];

    public static void MapRequests(this RouteGroupBuilder group)
    {
        group.MapPost("/requests", SubmitAsync).Needs(KeyScope.Write).WithName("submitRequest")
            .WithSummary("Submit a request. With the header Idempotency-Key, the same request sent again returns the existing one.");
        group.MapGet("/requests", ListAsync).Needs(KeyScope.Read).WithName("listRequests").WithSummary("List requests, newest first.");
        group.MapGet("/requests/{request}", GetAsync).Needs(KeyScope.Read).WithName("getRequest").WithSummary("Get a request and its progress.");
        group.MapDelete("/requests/{request}", DeleteAsync).Needs(KeyScope.Write).WithName("deleteRequest")
            .WithSummary("Cancel what is left of a request, and delete it with all its samples.");
        group.MapPost("/requests/{request}/cancel", CancelAsync).Needs(KeyScope.Write).WithName("cancelRequest")
            .WithSummary("Cancel what is left of a request; previews stay.");
        group.MapPost("/requests/{request}/repeat", RepeatAsync).Needs(KeyScope.Write).WithName("repeatRequest")
            .WithSummary("Submit the same request again, with another seed unless one is given.");
        group.MapGet("/requests/{request}/manifest", ManifestAsync).Needs(KeyScope.Read).WithName("getRequestManifest")
            .WithSummary("Get all that is needed to make the same samples again, bit for bit, and their hashes.");
    }

    private static async Task<Accepted<Request>> SubmitAsync(
        RequestDraft draft, HttpContext context, IGrainFactory grains, Submissions submissions, SiloSettings settings)
    {
        string? key = context.Request.Headers[IdempotencyHeader] is [{ } given] ? given : null;
        if (key is { Length: 0 or > MaxKeyLength } || key?.Any(char.IsControl) == true)
            throw new ApiException(422, "bad-idempotency-key", $"invalid {IdempotencyHeader}", $"use 1 to {MaxKeyLength} printable characters");
        var spec = RequestSpec.Of(draft);
        spec.Check(settings.InsecureWebhooks);
        return await AcceptAsync(context, grains, await submissions.SubmitAsync(context.Caller().Tenant, spec, key, context.RequestAborted));
    }

    private static async Task<Ok<Page<Request>>> ListAsync(
        HttpContext context, IGrainFactory grains, string? cursor = null, int? limit = null, string? state = null, string? application = null, string? search = null)
    {
        Caller caller = context.Caller();
        var filter = new CatalogQuery
        {
            State = Listing.Choice("state", state, States),
            Kind = Listing.Choice("application", application, Applications),
            Search = Listing.Search(search),
        };
        Page<RequestStatus> page = await Listing.ReadAsync(
            grains.Catalog(caller.Tenant, CatalogKinds.Requests), "requests", cursor, limit, filter,
            id => grains.Request(caller.Tenant, id).Get(), context.RequestAborted);
        IReadOnlySet<string> deleted = await grains.DeletedInputsAsync(caller.Tenant, page.Items, context.RequestAborted);
        return TypedResults.Ok(new Page<Request>([.. page.Items.Select(r => caller.Map(r, deleted))], page.Next));
    }

    private static async Task<Ok<Request>> GetAsync(string request, HttpContext context, IGrainFactory grains) =>
        TypedResults.Ok(await grains.ReadAsync(context.Caller(), await Grain(context, grains, request).Get(), context.RequestAborted));

    private static async Task<NoContent> DeleteAsync(string request, HttpContext context, IGrainFactory grains)
    {
        await Grain(context, grains, request).Delete();
        return TypedResults.NoContent();
    }

    private static async Task<Results<Ok<Request>, Accepted<Request>>> CancelAsync(string request, HttpContext context, IGrainFactory grains)
    {
        IRequestGrain grain = Grain(context, grains, request);
        RequestStatus before = await grain.Get();
        if (before is { IsFinished: true, Cancelled: 0 }) throw new ApiException(409, "already-over", "the request has already finished");
        if (!before.IsFinished) return await AcceptAsync(context, grains, await grain.Cancel());
        return TypedResults.Ok(await grains.ReadAsync(context.Caller(), before, context.RequestAborted));
    }

    private static async Task<Accepted<Request>> RepeatAsync(
        string request, HttpContext context, IGrainFactory grains, Submissions submissions, SiloSettings settings, RepeatDraft? draft = null)
    {
        var spec = RequestSpec.Repeat(await Grain(context, grains, request).Get(), draft);
        spec.Check(settings.InsecureWebhooks);
        return await AcceptAsync(context, grains, await submissions.SubmitAsync(context.Caller().Tenant, spec, null, context.RequestAborted));
    }

    private static async Task<Ok<RequestManifest>> ManifestAsync(string request, HttpContext context, IGrainFactory grains) =>
        TypedResults.Ok(await RequestManifests.ReadAsync(Grain(context, grains, request), context.RequestAborted));

    private static IRequestGrain Grain(HttpContext context, IGrainFactory grains, string request) => grains.Request(context.Caller().Tenant, request);

    private static async Task<Accepted<Request>> AcceptAsync(HttpContext context, IGrainFactory grains, RequestStatus request)
    {
        Request body = await grains.ReadAsync(context.Caller(), request, context.RequestAborted);
        return TypedResults.Accepted(body.Links.Self, body);
    }
}
