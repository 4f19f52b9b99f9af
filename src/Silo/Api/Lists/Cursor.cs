using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Lists;

/// <summary>The place at which a page of a list ended, as callers see it: opaque, and valid for the same list only.</summary>
internal static class Cursor
{
    private const int DefaultLimit = 20, MaxLimit = 100, MaxLength = 200;

    /// <summary>Number of things on a page.</summary>
    public static int Limit(int? asked) => asked is null ? DefaultLimit
        : asked is >= 1 and <= MaxLimit ? asked.Value
        : throw new ApiException(422, "limit-out-of-range", $"invalid limit {asked}", $"use 1 to {MaxLimit}");

    /// <summary>Reads a cursor; <c>null</c>: the first page.</summary>
    public static long? Read(string list, string? cursor)
    {
        if (cursor is null) return null;
        try
        {
            string text = cursor.Length <= MaxLength ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)) : "";
            if (text.Split(':') is [var of, var place] && of == list && long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out long read)) return read;
        }
        catch (FormatException)
        {
            // Reported below.
        }

        throw new ApiException(422, "bad-cursor", "the cursor is not of this list", "use 'next' of the previous page");
    }

    /// <summary>Writes a cursor; <c>null</c>: there is no further page.</summary>
    public static string? Write(string list, long? place) => place is null ? null
        : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{list}:{place}")));
}
