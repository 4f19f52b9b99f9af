namespace Vgpnn.Client.CommandLine;

/// <summary>Reads weights given as <c>NETWORK=FILE</c>.</summary>
internal static class WeightsText
{
    /// <summary>The file of one network's weights.</summary>
    public static TryParse<string> Of(string network) => (string text, out string file) =>
    {
        string start = network + "=";
        bool read = text.Length > start.Length && text.StartsWith(start, StringComparison.OrdinalIgnoreCase);
        file = read ? text[start.Length..] : "";
        return read;
    };
}
