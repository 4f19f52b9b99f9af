using System.Globalization;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Calls;
using Vgpnn.Grains.Keys;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Keys;

namespace Vgpnn.Silo.Api.Sessions;

/// <summary>
/// Identifies the caller by a key in the header <c>Authorization: Bearer …</c>, or by a browser's session in a cookie. Pages of other sites
/// cannot use the cookie: it is SameSite=Strict, and every change needs a header that they cannot send.
/// </summary>
internal sealed class Authentication(RequestDelegate next, ApiKeys keys, SessionTickets tickets, KeyAttempts attempts)
{
    /// <summary>Sent by the page with every change; any value is accepted.</summary>
    public const string PageHeader = "X-Vgpnn-Page";

    private const string Scheme = "Bearer ";

    /// <summary>
    /// The name of the session's cookie. Browsers send a host's cookies to all of its ports, where there may be another server, so the
    /// name holds a port that is not the scheme's.
    /// </summary>
    public static string CookieOf(HttpContext context) =>
        context.Request.Host.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"vgpnn-session-{port}") : "vgpnn-session";

    public async Task InvokeAsync(HttpContext context)
    {
        CallGuard.Begin();
        if (context.GetEndpoint()?.Metadata.GetMetadata<Needs>() is not null) context.SetCaller(await CallerAsync(context));
        await next(context);
    }

    /// <summary>Refuses what a page of another site may have sent.</summary>
    public static void ThrowIfForeignPage(HttpContext context)
    {
        string site = context.Request.Headers["Sec-Fetch-Site"].ToString();
        if (context.Request.Headers.ContainsKey(PageHeader) && site is "" or "same-origin" or "none") return;
        throw new ApiException(
            StatusCodes.Status403Forbidden, "page-header-missing", $"a session may change things only with the header {PageHeader}, from the server's own page");
    }

    private async Task<Caller> CallerAsync(HttpContext context)
    {
        string authorization = context.Request.Headers.Authorization.ToString();
        return authorization.Length == 0 && context.Request.Cookies[CookieOf(context)] is { } cookie
            ? await OfSessionAsync(context, cookie)
            : await OfKeyAsync(context, authorization);
    }

    private async Task<Caller> OfKeyAsync(HttpContext context, string authorization)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            throw Unauthorized("key-missing", "missing API key", "send it as: Authorization: Bearer KEY");
        if (KeyText.Read(authorization[Scheme.Length..].Trim()) is not { Prefix: KeyText.Key } key)
            throw Unauthorized("key-malformed", "this is not an API key, or it was mistyped", null);
        return await keys.HolderAsync(key, context, attempts) is { } holder
            ? new Caller(holder, null)
            : throw Unauthorized("key-unknown", "the key is unknown or was revoked", null);
    }

    private async Task<Caller> OfSessionAsync(HttpContext context, string cookie)
    {
        if (tickets.Read(cookie) is not { } ticket
            || await keys.HolderAsync(ticket.KeyId, ticket.SessionId, ticket.Began, context.RequestAborted) is not { } holder)
            throw Unauthorized("key-unknown", "the session has ended", "sign in again");
        return new Caller(holder, ticket);
    }

    private static ApiException Unauthorized(string code, string message, string? hint) =>
        new(StatusCodes.Status401Unauthorized, code, message, hint);
}
