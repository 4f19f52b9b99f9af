using System.Globalization;
using System.Text.RegularExpressions;

namespace Vgpnn.Grains.Storage.Blobs;

/// <summary>
/// Names of blobs, built only from ids that the server makes. The name of a blob that a job writes holds the attempt's number, so
/// that a replaced attempt overwrites nothing and its remains can be recognised.
/// </summary>
public static partial class BlobKeys
{
    /// <summary>Prefix of the data protection keys, which belong to no tenant.</summary>
    public const string KeyRing = "keyring/";

    private const int MaxLength = 512;
    private const int MaxIndex = 9_999_999;

    /// <summary>Key of an uploaded original: <c>TENANT/uploads/ID</c>.</summary>
    public static string Upload(string tenant, string id) => $"{Tenant(tenant)}/uploads/{Part(id)}";

    /// <summary>Key of a blob that an attempt to ingest a video writes: <c>TENANT/videos/VIDEO/ATTEMPT/NAME</c>.</summary>
    public static string Video(string tenant, string video, long attempt, string name) => $"{OfVideo(tenant, video)}{Attempt(attempt)}/{Part(name)}";

    /// <summary>Key of a blob that an attempt to make a sample writes: <c>TENANT/requests/REQUEST/INDEX/ATTEMPT/NAME</c>.</summary>
    public static string Sample(string tenant, string request, int index, long attempt, string name) =>
        $"{OfSample(tenant, request, index)}{Attempt(attempt)}/{Part(name)}";

    /// <summary>Prefix of all blobs that attempts to ingest a video write.</summary>
    public static string OfVideo(string tenant, string video) => $"{Tenant(tenant)}/videos/{Part(video)}/";

    /// <summary>Prefix of all blobs of a request's samples.</summary>
    public static string OfRequest(string tenant, string request) => $"{Tenant(tenant)}/requests/{Part(request)}/";

    /// <summary>Prefix of all blobs of a sample.</summary>
    public static string OfSample(string tenant, string request, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, MaxIndex);
        return string.Create(CultureInfo.InvariantCulture, $"{OfRequest(tenant, request)}{index:D7}/");
    }

    /// <summary>
    /// Whether a text is a valid key: 1–512 characters; parts of lower-case letters, digits, dots and dashes, which begin with a letter
    /// or digit, separated by single slashes.
    /// </summary>
    public static bool IsValid(string? key) => key is { Length: > 0 and <= MaxLength } && ValidKey().IsMatch(key);

    /// <summary>Reads the owner from a key.</summary>
    /// <returns><c>false</c> if the text is not a valid key.</returns>
    public static bool TryParse(string? key, out BlobOwner owner)
    {
        owner = default;
        if (!IsValid(key)) return false;
        owner = key!.Split('/') switch
        {
            [var tenant, "uploads", var id] when IsTenant(tenant) => new(BlobKind.Upload, tenant, id),
            [var tenant, "videos", var id, var attempt, _] when IsTenant(tenant) && AttemptOf(attempt) is { } number =>
                new(BlobKind.Video, tenant, id, Attempt: number),
            [var tenant, "requests", var id, var index, var attempt, _] when IsTenant(tenant) && IndexOf(index) is { } n && AttemptOf(attempt) is { } number =>
                new(BlobKind.Sample, tenant, id, n, number),
            _ => new(BlobKind.Other, "", ""),
        };
        return true;
    }

    internal static void ThrowIfInvalid(string key)
    {
        if (!IsValid(key)) throw new ArgumentException("invalid blob key", nameof(key));
    }

    /// <summary>Throws unless the text is empty, a valid key, or a valid key followed by a slash.</summary>
    internal static void ThrowIfInvalidPrefix(string prefix)
    {
        if (prefix is not "" && !IsValid(prefix) && !IsFolder(prefix)) throw new ArgumentException("invalid prefix of blob keys", nameof(prefix));
    }

    /// <summary>Throws unless the text is a valid key followed by a slash.</summary>
    internal static void ThrowIfNotFolder(string prefix)
    {
        if (!IsFolder(prefix)) throw new ArgumentException("a prefix of blobs to delete must be a blob key followed by a slash", nameof(prefix));
    }

    internal static void ThrowIfOutside(BlobInfo blob, long offset, long length)
    {
        ThrowIfInvalid(blob.Key);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, blob.Bytes - offset);
    }

    private static bool IsFolder(string? prefix) => prefix is [.. var key, '/'] && IsValid(key);

    private static bool IsTenant(string part) => part != KeyRing[..^1];

    private static string Tenant(string tenant) =>
        IsTenant(tenant) ? Part(tenant) : throw new ArgumentException($"'{tenant}' is reserved and cannot be a tenant's id", nameof(tenant));

    private static string Part(string part) =>
        ValidPart().IsMatch(part)
            ? part
            : throw new ArgumentException("ids and names in blob keys consist of lower-case letters, digits, dots and dashes", nameof(part));

    private static string Attempt(long attempt)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempt, 1);
        return attempt.ToString(CultureInfo.InvariantCulture);
    }

    // Only the exact text that the constructors write is recognised.
    private static long? AttemptOf(string text) =>
        text[0] != '0' && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long attempt) ? attempt : null;

    private static int? IndexOf(string text) =>
        text.Length == 7 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.\-]*(/[a-z0-9][a-z0-9.\-]*)*\z")]
    private static partial Regex ValidKey();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9.\-]*\z")]
    private static partial Regex ValidPart();
}
