using System.Globalization;
using System.Text.RegularExpressions;

namespace Vgpnn.Grains.Blobs;

/// <summary>
/// Names of blobs, made of the server's ids alone. What a long turn writes has the turn's epoch in its name, so that an
/// activation that was replaced overwrites nothing, and what it leaves behind is known for what it is.
/// </summary>
public static partial class BlobKey
{
    /// <summary>A video's file.</summary>
    public static string Original(string tenant, string video) => $"{tenant}/videos/{video}/original";

    /// <summary>What an activation writes.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="grain">Whose activation.</param>
    /// <param name="epoch">Which activation.</param>
    /// <param name="name">A plain name.</param>
    public static string Written(string tenant, GrainKey grain, long epoch, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"{tenant}/turns/{grain}/{epoch}/{name}");

    /// <summary>Whether a text may be a key: lower-case letters, digits, dots, dashes, and slashes between parts that are no dots alone.</summary>
    public static bool IsValid(string? key) => key is { Length: > 0 and <= 512 } && Valid().IsMatch(key);

    /// <summary>The activation that wrote a key; null where none did.</summary>
    internal static (string Grain, long Epoch)? Writer(string key)
    {
        Match match = WrittenByTurn().Match(key);
        return match.Success ? (match.Groups[1].Value, long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)) : null;
    }

    internal static void ThrowIfInvalid(string key)
    {
        if (!IsValid(key)) throw new ArgumentException("this is no key of a blob", nameof(key));
    }

    /// <summary>What keys can begin with: nothing, a key, or a key and a slash.</summary>
    internal static void ThrowIfInvalidPrefix(string prefix)
    {
        if (prefix.Length > 0 && !IsValid(prefix.EndsWith('/') ? prefix[..^1] : prefix))
            throw new ArgumentException("no key of a blob begins with this", nameof(prefix));
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.\-]*(/[a-z0-9][a-z0-9.\-]*)*\z")]
    private static partial Regex Valid();

    [GeneratedRegex(@"^[^/]+/turns/(.+)/(\d{1,18})/[^/]+\z")]
    private static partial Regex WrittenByTurn();
}
