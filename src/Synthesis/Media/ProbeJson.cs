using System.Globalization;
using System.Text.Json;

namespace Vgpnn.Synthesis.Media;

/// <summary>Reads what ffprobe prints.</summary>
internal static class ProbeJson
{
    /// <summary>The first stream, with what its first frame says in preference; null where there is no stream.</summary>
    public static StreamInfo? Read(JsonElement root)
    {
        if (First(root, "streams") is not { } stream) return null;
        JsonElement? frame = First(root, "frames");
        (int Numerator, int Denominator) aspect = Fraction(Text("sample_aspect_ratio"), ':');
        return new StreamInfo(
            new Size(Number("width"), Number("height")),
            Math.Abs(Rotation(frame) ?? Rotation(stream) ?? 0) % 180 is > 45 and < 135,
            aspect is { Numerator: > 0, Denominator: > 0 } ? (double)aspect.Numerator / aspect.Denominator : 1,
            Own("codec_name") ?? "an unknown codec",
            Text("pix_fmt") ?? "",
            Text("color_space"),
            Text("color_transfer"),
            Own("field_order") is "tt" or "bb" or "tb" or "bt" || Number("interlaced_frame") == 1,
            stream.TryGetProperty("tags", out JsonElement tags) && tags.TryGetProperty("alpha_mode", out JsonElement alpha) && alpha.GetString() == "1",
            Rate("r_frame_rate"),
            Rate("avg_frame_rate"),
            Fraction(Own("time_base"), '/'),
            int.TryParse(Own("nb_frames"), NumberStyles.None, CultureInfo.InvariantCulture, out int frames) && frames > 0 ? frames : null);

        string? Own(string name) => String(stream, name);
        string? Text(string name) => (frame is { } f ? String(f, name) : null) ?? String(stream, name);
        FrameRate? Rate(string name) => FrameRate.TryParse(Own(name), out FrameRate rate) ? rate : null;
        int Number(string name) => (frame is { } f ? Integer(f, name) : null) ?? Integer(stream, name) ?? 0;
    }

    private static JsonElement? First(JsonElement root, string list) =>
        root.TryGetProperty(list, out JsonElement items) && items.GetArrayLength() > 0 ? items[0] : null;

    private static string? String(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text and not ("unknown" or "N/A") ? text : null;

    private static int? Integer(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0 ? number : null;

    private static double? Rotation(JsonElement? element)
    {
        if (element is not { } e || !e.TryGetProperty("side_data_list", out JsonElement list)) return null;
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.TryGetProperty("rotation", out JsonElement rotation) && rotation.ValueKind == JsonValueKind.Number && rotation.TryGetDouble(out double degrees)) return degrees;
        }

        return null;
    }

    private static (int Numerator, int Denominator) Fraction(string? text, char separator)
    {
        string[] parts = (text ?? "").Split(separator);
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int numerator)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int denominator)
            ? (numerator, denominator)
            : (0, 0);
    }
}
