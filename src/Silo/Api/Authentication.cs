using System.Globalization;
using Vgpnn.Contracts;
using Vgpnn.Grains.Keys;

namespace Vgpnn.Silo.Api;

/// <summary>
/// Finds out who calls: a key in the header <c>Authorization: Bearer …</c>, or a browser's session in a cookie. A page of
/// another site can make a browser send the cookie nowhere (it is SameSite=Strict), and could not send the header that is
/// asked for beside it on everything that changes anything.
/// </summary>
internal sealed class Authentication(RequestDelegate next, ApiKeys keys, CallRates rates)
{
    /// <summary>
    /// The name of the session's cookie. Browsers send a host's cookies to all its ports, and two servers may stand on one:
    /// a port of its own is in the name.
    /// </summary>
    public static string CookieOf(HttpContext context) =>
        context.Request.Host.Port is { } port ? string.Create(CultureInfo.InvariantCulture, $"vgpnn-session-{port}") : "vgpnn-session";

    /// <summary>What the page sends with everything that changes anything; any value will do.</summary>
    public const string PageHeader = "X-Vgpnn-Page";

    private const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<Needs>() is { } needs)
        {
            Caller caller = await CallerAsync(context);
            if (!caller.May(needs.Scope))
                throw new ApiException(StatusCodes.Status403Forbidden, "scope-missing", $"the key has no scope '{Name(needs.Scope)}'");
            context.SetCaller(caller);
        }

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

    private static string Name(KeyScope scope) => scope.ToString().ToLowerInvariant();

    private async Task<Caller> CallerAsync(HttpContext context)
    {
        string authorization = context.Request.Headers.Authorization.ToString();
        bool session = authorization.Length == 0 && context.Request.Cookies.ContainsKey(CookieOf(context));
        string? text = session ? context.Request.Cookies[CookieOf(context)]
            : authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? authorization[Scheme.Length..].Trim() : null;
        if (text is null) throw Unauthorized("key-missing", "there is no key", "send it as: Authorization: Bearer KEY");
        KeyText? key = KeyText.Read(text);
        if (key is null || key.Prefix != (session ? KeyText.Session : KeyText.Key))
            throw Unauthorized("key-malformed", "this is no key, or one that was mistyped", null);
        if (await keys.HolderAsync(key, context.RequestAborted) is not { } holder)
            throw Unauthorized("key-unknown", session ? "the session has ended" : "the key is unknown or was revoked", null);
        if (session && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)) ThrowIfForeignPage(context);
        rates.Count(holder);
        return new Caller(holder, key);
    }

    private static ApiException Unauthorized(string code, string message, string? hint) =>
        new(StatusCodes.Status401Unauthorized, code, message, hint);
}
