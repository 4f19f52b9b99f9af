using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains.Keys;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Keys;

namespace Vgpnn.Silo.Api.Sessions;

/// <summary>How browsers sign in: a key is sent once, and exchanged for a cookie that no script can read.</summary>
internal static class SessionEndpoints
{
    public static void MapSessions(this RouteGroupBuilder group)
    {
        group.MapPost("/session", BeginAsync).WithName("beginSession").WithSummary("Exchange a key, or the secret of a one-time sign-in link, for a session in a cookie.");
        group.MapGet("/session", Get).Needs(KeyScope.Read).WithName("getSession").WithSummary("Get the caller's tenant and scopes.");
        group.MapDelete("/session", EndAsync).Needs(KeyScope.Read).WithName("endSession").WithSummary("End the session.");
    }

    private static async Task<Ok<Session>> BeginAsync(
        SessionDraft draft, HttpContext context, ApiKeys keys, SessionTickets tickets, OneTimeLink link, KeyAttempts attempts)
    {
        Authentication.ThrowIfForeignPage(context);
        KeyHolder? holder = KeyText.Read(draft.Key.Trim()) switch
        {
            { Prefix: KeyText.Key } key => await keys.HolderAsync(key, context, attempts),
            { Prefix: KeyText.Once } once => await link.RedeemAsync(once, keys, context.RequestAborted),
            _ => null,
        };
        if (holder is not null) CallRates.CountSession(context, holder);
        else throw new ApiException(StatusCodes.Status401Unauthorized, "key-unknown", "the key is unknown, mistyped or was revoked");
        (SessionTicket ticket, string cookie) = tickets.Issue(holder.KeyId);
        context.Response.Cookies.Append(Authentication.CookieOf(context), cookie, Options(context));
        return TypedResults.Ok(new Session(holder.TenantName, new Caller(holder, ticket).Scopes, ticket.Expires));
    }

    private static Ok<Session> Get(HttpContext context)
    {
        Caller caller = context.Caller();
        return TypedResults.Ok(new Session(caller.Holder.TenantName, caller.Scopes, caller.Session?.Expires));
    }

    private static async Task<NoContent> EndAsync(HttpContext context, ApiKeys keys)
    {
        if (context.Caller().Session is { } session) await keys.EndSessionAsync(session.KeyId, session.SessionId, session.Expires);
        context.Response.Cookies.Delete(Authentication.CookieOf(context), Options(context));
        return TypedResults.NoContent();
    }

    private static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = SessionTicket.Lifetime,
    };
}
