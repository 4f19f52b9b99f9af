using System.Buffers.Text;
using System.Text;
using Vgpnn.Contracts;

namespace Vgpnn.Silo.Api;

/// <summary>Where a page of a list ended, as callers carry it about: opaque, and only good for the same list.</summary>
internal static class Cursor
{
    private const int Usual = 20, Most = 100;

    /// <summary>How many things a page has.</summary>
    public static int Limit(int? asked) => asked is null ? Usual
        : asked is >= 1 and <= Most ? asked.Value
        : throw new ApiException(422, "limit-out-of-range", $"limit cannot be {asked}", $"1 to {Most}");

    /// <summary>Reads a cursor; null: the first page.</summary>
    public static string? Read(string list, string? cursor)
    {
        if (cursor is null) return null;
        try
        {
            string text = cursor.Length <= 200 ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)) : "";
            if (text.StartsWith($"{list}:", StringComparison.Ordinal)) return text[(list.Length + 1)..];
        }
        catch (FormatException)
        {
            // Told below.
        }

        throw new ApiException(422, "bad-cursor", "this cursor is not of this list", "take it from the page before");
    }

    /// <summary>A page; one more than its length was asked of the database.</summary>
    public static Page<T> Page<T>(string list, IReadOnlyList<T> found, int limit, Func<T, string> key) => found.Count <= limit
        ? new Page<T>(found, null)
        : new Page<T>([.. found.Take(limit)], Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{list}:{key(found[limit - 1])}")));
}
