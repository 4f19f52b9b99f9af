namespace Vgpnn.Client.CommandLine;

/// <summary>Parses weights given as <c>NETWORK=FILE</c>.</summary>
internal static class WeightsText
{
    /// <summary>Creates a parser for one network's weights; its value is the file.</summary>
    public static TryParse<string> Of(string network) => (string text, out string file) =>
    {
        string start = network + "=";
        bool read = text.Length > start.Length && text.StartsWith(start, StringComparison.OrdinalIgnoreCase);
        file = read ? text[start.Length..] : "";
        return read;
    };
}
