using System.Globalization;
using System.Text.Json;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>Reads what ffprobe prints.</summary>
internal static class ProbeJson
{
    /// <summary>The first stream; null where there is none.</summary>
    public static StreamInfo? Stream(JsonElement root)
    {
        if (First(root, "streams") is not { } stream) return null;
        (int Numerator, int Denominator) aspect = Fraction(Text("sample_aspect_ratio"), ':');
        double rotation = (First(root, "frames") is { } frame ? Rotation(frame) : null) ?? Rotation(stream) ?? 0;
        return new StreamInfo(
            new Size(Number("width"), Number("height")),
            Math.Abs(rotation) % 180 is > 45 and < 135,
            aspect is { Numerator: > 0, Denominator: > 0 } ? (double)aspect.Numerator / aspect.Denominator : 1,
            Text("codec_name") ?? "an unknown codec",
            Text("pix_fmt") ?? "",
            Text("color_space"),
            Text("color_transfer"),
            stream.TryGetProperty("tags", out JsonElement tags) && tags.TryGetProperty("alpha_mode", out JsonElement alpha) && alpha.GetString() == "1",
            Rate("r_frame_rate"),
            Rate("avg_frame_rate"),
            Fraction(Text("time_base"), '/'),
            int.TryParse(Text("nb_frames"), NumberStyles.None, CultureInfo.InvariantCulture, out int frames) && frames > 0 ? frames : null);

        string? Text(string name) => String(stream, name);
        FrameRate? Rate(string name) => FrameRate.TryParse(Text(name), out FrameRate rate) ? rate : null;
        int Number(string name) => Integer(stream, name) ?? 0;
    }

    /// <summary>The coded frames, of which no more than <paramref name="most"/> were asked for.</summary>
    public static PacketList Packets(JsonElement root, long most)
    {
        List<PacketTime> packets = [];
        long listed = 0;
        foreach (JsonElement packet in root.TryGetProperty("packets", out JsonElement list) ? list.EnumerateArray() : default)
        {
            listed++;
            if (String(packet, "flags")?.Contains('D', StringComparison.Ordinal) != true)
                packets.Add(new PacketTime(Ticks(packet, "pts"), Ticks(packet, "duration")));
        }

        return new PacketList(packets, listed < most);

        static long? Ticks(JsonElement packet, string name) =>
            packet.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long ticks) ? ticks : null;
    }

    private static JsonElement? First(JsonElement root, string list) =>
        root.TryGetProperty(list, out JsonElement items) && items.GetArrayLength() > 0 ? items[0] : null;

    private static string? String(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { Length: > 0 } text and not ("unknown" or "N/A") ? text : null;

    private static int? Integer(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number > 0 ? number : null;

    private static double? Rotation(JsonElement owner)
    {
        if (!owner.TryGetProperty("side_data_list", out JsonElement list)) return null;
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
