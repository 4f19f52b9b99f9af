using System.Globalization;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>A message as <c>protoc --decode</c> prints it: fields in order, each with a text or another message.</summary>
internal sealed class ProtocolText
{
    private readonly List<(string Name, string? Text, ProtocolText? Message)> _fields = [];

    public static ProtocolText Parse(string decoded)
    {
        using var lines = new StringReader(decoded);
        return Parse(lines);
    }

    public IEnumerable<ProtocolText> Messages(string name) => _fields.Where(f => f.Name == name).Select(f => f.Message!);

    public ProtocolText? Message(string name) => Messages(name).SingleOrDefault();

    /// <summary>A field's text without quotes; <c>null</c> if the field has its default.</summary>
    public string? Text(string name) => _fields.SingleOrDefault(f => f.Name == name).Text is { } text ? Plain(text) : null;

    /// <summary>A field of bytes in hexadecimal.</summary>
    public string Hex(string name) => string.Concat(Bytes(Text(name) ?? "").Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>Attributes; values of all types as text.</summary>
    public IReadOnlyDictionary<string, string> Attributes =>
        Messages("attributes").ToDictionary(a => a.Text("key")!, a => Plain(a.Message("value")?._fields.FirstOrDefault().Text ?? ""));

    private static string Plain(string text) => text is ['"', .. var inner, '"'] ? inner.Replace("\\'", "'", StringComparison.Ordinal) : text;

    private static ProtocolText Parse(StringReader lines)
    {
        var message = new ProtocolText();
        while (lines.ReadLine()?.Trim() is { } line && line != "}")
        {
            if (line.EndsWith('{')) message._fields.Add((line[..^1].Trim(), null, Parse(lines)));
            else if (line.Split(": ", 2) is [var name, var text]) message._fields.Add((name, text, null));
        }

        return message;
    }

    // Bytes that are not printable are written as \ooo, or as an escape of C.
    private static IEnumerable<byte> Bytes(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                yield return (byte)text[i];
                continue;
            }

            char escape = text[++i];
            if (escape is >= '0' and <= '7')
            {
                yield return Convert.ToByte(text.Substring(i, 3), 8);
                i += 2;
                continue;
            }

            yield return escape switch { 'n' => 10, 'r' => 13, 't' => 9, _ => (byte)escape };
        }
    }
}
