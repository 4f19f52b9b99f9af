using System.Security.Cryptography;
using System.Text;
using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Values;

/// <summary>Ids as callers send them. A malformed one is answered like an unknown one, and never reaches a grain.</summary>
internal static class Ids
{
    private const int Length = 32;

    public static bool AreWellFormed(string id) => id.Length == Length && id.All(char.IsAsciiHexDigitLower);

    /// <summary>The id of a video with this content.</summary>
    /// <param name="sha256">SHA-256 of the content in lower-case hexadecimal.</param>
    public static string OfVideo(string sha256) => sha256[..Length];

    /// <summary>The id of the request that a tenant submits with an idempotency key.</summary>
    public static string OfRequest(string tenant, string idempotencyKey) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tenant}\n{idempotencyKey}")))[..Length];

    /// <summary>Checks every id in a route.</summary>
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
