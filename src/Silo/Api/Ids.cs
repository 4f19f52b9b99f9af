namespace Vgpnn.Silo.Api;

/// <summary>Ids as callers give them: what could be none is answered like one that is not there, and never asked of the state.</summary>
internal static class Ids
{
    public static bool AreWellFormed(string id) => id.Length == 32 && id.All(char.IsAsciiHexDigitLower);

    /// <summary>Checks every id in an address.</summary>
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        foreach ((string name, object? value) in context.HttpContext.Request.RouteValues)
        {
            bool good = name switch
            {
                "video" or "request" or "tenant" => value is string id && AreWellFormed(id),
                "key" => value is string { Length: 12 } key && key.All(char.IsAsciiLetterOrDigit),
                _ => true,
            };
            if (!good) throw new ApiException(404, "not-found", $"there is no such {name}");
        }

        return await next(context);
    }
}
