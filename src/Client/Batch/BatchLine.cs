using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Contracts;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Batch;

/// <summary>An input file of a line.</summary>
/// <param name="Role">The input's role.</param>
/// <param name="Path">Path relative to the batch file.</param>
internal sealed record BatchInput(RequestInputRole Role, string Path);

/// <summary>A line of a batch: a request.</summary>
internal sealed record BatchLine
{
    private const int MaxKeyLength = 100, MaxSamples = 10_000;

    /// <summary>Prefix of the samples' names: letters, digits, dashes and underscores; <c>null</c> for the line's number.</summary>
    public string? Key { get; init; }

    /// <summary>The application.</summary>
    public RequestApplication Application { get; init; }

    /// <summary>The only input.</summary>
    public string? Input { get; init; }

    /// <summary>The inputs, if there are several.</summary>
    public IReadOnlyList<BatchInput>? Inputs { get; init; }

    /// <summary>Number of samples.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>The seed; <c>null</c> for the line's number.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The settings, as in a request to a server.</summary>
    public JsonObject? Settings { get; init; }

    /// <summary>Reads a batch file.</summary>
    /// <exception cref="VgpnnException">Kind Input: the file is missing or empty, or a line is invalid.</exception>
    public static async Task<IReadOnlyList<BatchItem>> ReadAsync(string path, CancellationToken cancellation)
    {
        string[] texts;
        try
        {
            texts = await File.ReadAllLinesAsync(path, cancellation);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VgpnnException(ErrorKind.Input, "input-missing", $"{path} does not exist", "check the path", e);
        }

        string home = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var items = new List<BatchItem>();
        var keys = new HashSet<string>();
        for (int i = 0; i < texts.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(texts[i])) continue;
            BatchItem item = Item(texts[i], i + 1, home);
            if (!keys.Add(item.Key)) throw Bad(i + 1, $"the key '{item.Key}' is used by an earlier line");
            items.Add(item);
        }

        return items.Count > 0 ? items : throw new VgpnnException(ErrorKind.Input, "batch-empty", $"{path} contains no requests", "write one request per line: {\"input\": \"clip.mp4\", \"samples\": 4}");
    }

    private static BatchItem Item(string text, int number, string home)
    {
        BatchLine line;
        try
        {
            var strict = new JsonSerializerOptions();
            ApiJson.Configure(strict, strict: true);
            line = JsonSerializer.Deserialize<BatchLine>(text, strict) ?? throw Bad(number, "the line is null");
        }
        catch (JsonException e)
        {
            throw Bad(number, e.Path is null or "$" ? "the line is not a JSON object" : $"{e.Path.TrimStart('$', '.')} is invalid");
        }

        string key = line.Key ?? number.ToString("D6", CultureInfo.InvariantCulture);
        if (key.Length is 0 or > MaxKeyLength || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw Bad(number, $"key must be 1 to {MaxKeyLength} letters, digits, dashes or underscores");
        if (line.Samples is < 1 or > MaxSamples) throw Bad(number, $"samples must be an integer from 1 to {MaxSamples}");
        IReadOnlyList<BatchInput> inputs = (line.Input, line.Inputs) switch
        {
            ({ } one, null) => [new BatchInput(RequestInputRole.Input, one)],
            (null, { Count: > 0 } several) => several,
            _ => throw Bad(number, "either input or inputs must be given"),
        };
        var faults = new List<OptionFault>();
        RunSettings settings = OptionTable.Default.Read(line.Settings, line.Application.FromWire(), faults);
        if (faults.Count > 0) throw Bad(number, string.Join("; ", faults.Select(f => f.Message)));
        return new BatchItem(
            key,
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))),
            new InputRequest([.. inputs.Select(i => new InputPath(i.Role.FromWire(), Path.Combine(home, i.Path)))], settings), settings.Method, line.Samples, line.Seed ?? (ulong)number);
    }

    private static VgpnnException Bad(int line, string why) =>
        new(ErrorKind.Input, "batch-line", $"line {line}: {why}", "a valid line is {\"input\": \"clip.mp4\", \"samples\": 4, \"settings\": {…}}");
}

/// <summary>A request of a batch with resolved defaults.</summary>
/// <param name="Key">Prefix of the samples' names.</param>
/// <param name="Line">SHA-256 of the line.</param>
/// <param name="Input">The inputs.</param>
/// <param name="Options">The options of the method.</param>
/// <param name="Samples">Number of samples.</param>
/// <param name="Seed">The seed of the set.</param>
internal sealed record BatchItem(string Key, string Line, InputRequest Input, MethodOptions Options, int Samples, ulong Seed)
{
    /// <summary>The settings in the API's format.</summary>
    public JsonObject ToWire() => OptionTable.Default.Write(Input.With(Options));

    /// <summary>The name of a sample, the same in shards and manifest.</summary>
    public string SampleKey(int index) => string.Create(CultureInfo.InvariantCulture, $"{Key}-{index:D4}");
}

/// <summary>A sample of a batch: a line of the manifest, and the JSON file next to the video in its shard.</summary>
internal sealed record BatchSample
{
    /// <summary>Name of the video and the JSON file in the shard, without extension.</summary>
    public required string Key { get; init; }

    /// <summary>Index within the line, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>SHA-256 of the line.</summary>
    public required string Line { get; init; }

    /// <summary>The application.</summary>
    public required RequestApplication Application { get; init; }

    /// <summary>File names of the inputs.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The seed of the set.</summary>
    public required string Seed { get; init; }

    /// <summary>All options with resolved defaults.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>Hash of the decoded frames.</summary>
    public required string FramesSha256 { get; init; }

    /// <summary>Run time in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>File name of the shard; <c>null</c> inside the shard itself.</summary>
    public string? Shard { get; init; }
}
