using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Vgpnn.Grains;

/// <summary>What a grain is.</summary>
public enum GrainKind
{
    /// <summary>A video: its long turn takes it in.</summary>
    Video,

    /// <summary>A sample of a request: its long turn makes it.</summary>
    Sample,
}

/// <summary>The virtual identity of a grain that has long turns. Its text sorts a tenant's samples by request and number.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">The video's or the request's id.</param>
/// <param name="Index">The sample's number in its request; 0 for a video.</param>
public readonly record struct GrainKey(GrainKind Kind, string Id, int Index = 0)
{
    private const string VideoPrefix = "video/";
    private const string SamplePrefix = "sample/";

    /// <summary>A sample.</summary>
    public static GrainKey Sample(string request, int index) => new(GrainKind.Sample, request, index);

    /// <summary>A video.</summary>
    public static GrainKey Video(string id) => new(GrainKind.Video, id);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out GrainKey key)
    {
        key = default;
        if (text is null) return false;
        if (text.StartsWith(VideoPrefix, StringComparison.Ordinal) && text.Length > VideoPrefix.Length)
        {
            key = Video(text[VideoPrefix.Length..]);
            return true;
        }

        string[] parts = text.Split('/');
        if (parts is not ["sample", { Length: > 0 } request, var number]
            || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index))
            return false;
        key = Sample(request, index);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Kind == GrainKind.Video
        ? VideoPrefix + Id
        : string.Create(CultureInfo.InvariantCulture, $"{SamplePrefix}{Id}/{Index:D7}");
}

/// <summary>Ids of the server's own making.</summary>
internal static class Ids
{
    /// <summary>Unique everywhere, and later ones sort after earlier ones.</summary>
    public static string New() => Guid.CreateVersion7().ToString("N");
}
