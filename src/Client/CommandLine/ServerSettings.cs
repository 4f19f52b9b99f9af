using System.CommandLine;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.CommandLine;

/// <summary>A server's address and key.</summary>
/// <param name="Address">The server's address.</param>
/// <param name="Key">The API key.</param>
internal sealed record ServerRequest(Uri Address, string Key);

/// <summary>Options for the server's address and key.</summary>
internal sealed class ServerSettings
{
    /// <summary>The default port of a server.</summary>
    public const int DefaultPort = 7413;

    /// <summary>The default data directory of <c>serve</c>, which contains the first key.</summary>
    public const string DefaultData = "vgpnn-data";

    private const string Group = "Server";
    private const string KeyVariable = "VGPNN_KEY";
    private const string FirstKey = "first-key";

    private readonly Setting<Uri> _server = new("--server", "URL", TryAddress)
    {
        Group = Group,
        Description = "URL of the server.",
        Allowed = "a URL such as http://localhost:7413",
        Default = "$VGPNN_SERVER, or http://127.0.0.1:7413",
    };

    private readonly Setting<string> _keyFile = new("--key-file", "PATH", PathText.TryParse)
    {
        Group = Group,
        Description = "File that contains the API key.",
        Allowed = "a path",
        Default = $"the key in ${KeyVariable}, or {DefaultData}/{FirstKey}",
    };

    public void AddTo(Command command)
    {
        command.Add(_server);
        command.Add(_keyFile);
    }

    /// <summary>Whether a server was given.</summary>
    public bool IsGiven(ParseResult parse) => _server.IsGiven(parse);

    /// <exception cref="VgpnnException">Kind Usage: no key was found, or it is invalid.</exception>
    public ServerRequest Read(ParseResult parse)
    {
        Uri fallback = TryAddress(Environment.GetEnvironmentVariable("VGPNN_SERVER") ?? "", out Uri variable) ? variable : new Uri($"http://127.0.0.1:{DefaultPort}");
        return new ServerRequest(_server.Or(parse, fallback), ReadKey(parse));
    }

    private string ReadKey(ParseResult parse)
    {
        string? key = _keyFile.IsGiven(parse) ? ReadFile(parse.GetValue(_keyFile)!)
            : Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } variable ? variable
            : File.Exists(Path.Combine(DefaultData, FirstKey)) ? ReadFile(Path.Combine(DefaultData, FirstKey)) : null;
        if (key is not null && key.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') && key.Length is > 0 and < 200) return key;
        throw new VgpnnException(
            ErrorKind.Usage, key is null ? "missing-key" : "bad-key", key is null ? "no API key was found" : "the API key is malformed",
            $"set {KeyVariable}, or use --key-file PATH with a file that contains the key");
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VgpnnException(ErrorKind.Usage, "missing-key", $"the key file {path} does not exist", "use --key-file PATH with a file that contains the key", e);
        }
    }

    private static bool TryAddress(string text, out Uri address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address!) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0;
}
