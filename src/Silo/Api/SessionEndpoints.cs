using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains.Keys;

namespace Vgpnn.Silo.Api;

/// <summary>A browser's way in: it shows a key once, and gets a cookie that no script can read.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this RouteGroupBuilder group)
    {
        group.MapPost("/session", BeginAsync).WithName("beginSession").WithSummary("Exchange a key, or what a printed address lets in once, for a session in a cookie.");
        group.MapGet("/session", Get).Needs(KeyScope.Read).WithName("getSession").WithSummary("Who the caller is.");
        group.MapDelete("/session", EndAsync).Needs(KeyScope.Read).WithName("endSession").WithSummary("End the session.");
    }

    private static async Task<Ok<Session>> BeginAsync(SessionDraft draft, HttpContext context, ApiKeys keys, Doorbell doorbell)
    {
        Authentication.ThrowIfForeignPage(context);
        KeyHolder? holder = KeyText.Read(draft.Key.Trim()) switch
        {
            { Prefix: KeyText.Key } key => await keys.HolderAsync(key, context.RequestAborted),
            { Prefix: KeyText.Once } once => await doorbell.AnswerAsync(once, keys, context.RequestAborted),
            _ => null,
        };
        if (holder is null) throw new ApiException(StatusCodes.Status401Unauthorized, "key-unknown", "the key is unknown, mistyped or was revoked");
        KeyText session = await keys.BeginSessionAsync(holder, context.RequestAborted);
        context.Response.Cookies.Append(Authentication.CookieOf(context), session.ToString(), Options(context));
        return TypedResults.Ok(new Session(holder.TenantName, new Caller(holder, session).Scopes, DateTimeOffset.UtcNow + ApiKeys.SessionLife));
    }

    private static Ok<Session> Get(HttpContext context)
    {
        Caller caller = context.Caller();
        return TypedResults.Ok(new Session(
            caller.Holder.TenantName, caller.Scopes, caller.Holder.ExpiresAt is { } end ? Wire.Time(end) : null));
    }

    private static async Task<NoContent> EndAsync(HttpContext context, ApiKeys keys)
    {
        if (context.Caller().Credential is { Prefix: KeyText.Session } session) await keys.EndSessionAsync(session, context.RequestAborted);
        context.Response.Cookies.Delete(Authentication.CookieOf(context), Options(context));
        return TypedResults.NoContent();
    }

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = ApiKeys.SessionLife,
    };
}
