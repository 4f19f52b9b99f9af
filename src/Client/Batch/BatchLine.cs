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

/// <summary>A file that a line is made of.</summary>
/// <param name="Role">What it is to the request.</param>
/// <param name="Path">Where it is, seen from the batch's file.</param>
internal sealed record BatchInput(RequestInputRole Role, string Path);

/// <summary>A line of a batch: a request.</summary>
internal sealed record BatchLine
{
    private const int LongestKey = 100, MostSamples = 10_000;

    /// <summary>What its samples are called; null: the line's number. Letters, digits, dashes and underscores.</summary>
    public string? Key { get; init; }

    /// <summary>What is made of the inputs.</summary>
    public RequestApplication Application { get; init; }

    /// <summary>The input, where there is one.</summary>
    public string? Input { get; init; }

    /// <summary>The inputs, where there are several.</summary>
    public IReadOnlyList<BatchInput>? Inputs { get; init; }

    /// <summary>How many samples.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>The seed; null: the line's number.</summary>
    public ulong? Seed { get; init; }

    /// <summary>The settings, as in a request to a server.</summary>
    public JsonObject? Settings { get; init; }

    /// <summary>Reads the file.</summary>
    /// <exception cref="VgpnnException">Kind Input: a line is not as expected; the message names it.</exception>
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
            if (!keys.Add(item.Key)) throw Bad(i + 1, $"the key '{item.Key}' was used before");
            items.Add(item);
        }

        return items.Count > 0 ? items : throw new VgpnnException(ErrorKind.Input, "batch-empty", $"{path} has no line", "a line is a request: {\"input\": \"clip.mp4\", \"samples\": 4}");
    }

    private static BatchItem Item(string text, int number, string home)
    {
        BatchLine line;
        try
        {
            var strict = new JsonSerializerOptions();
            ApiJson.Configure(strict, strict: true);
            line = JsonSerializer.Deserialize<BatchLine>(text, strict) ?? throw Bad(number, "it is null");
        }
        catch (JsonException e)
        {
            throw Bad(number, e.Path is null or "$" ? "it is no JSON object" : $"{e.Path.TrimStart('$', '.')} is not as expected");
        }

        string key = line.Key ?? number.ToString("D6", CultureInfo.InvariantCulture);
        if (key.Length is 0 or > LongestKey || !key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw Bad(number, $"a key has 1 to {LongestKey} letters, digits, dashes and underscores");
        if (line.Samples is < 1 or > MostSamples) throw Bad(number, $"samples must be 1 to {MostSamples}");
        IReadOnlyList<BatchInput> inputs = (line.Input, line.Inputs) switch
        {
            ({ } one, null) => [new BatchInput(RequestInputRole.Input, one)],
            (null, { Count: > 0 } several) => several,
            _ => throw Bad(number, "it has either input or inputs"),
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
        new(ErrorKind.Input, "batch-line", $"line {line}: {why}", "a line is a request: {\"input\": \"clip.mp4\", \"samples\": 4, \"settings\": {…}}");
}

/// <summary>A request of a batch with everything resolved.</summary>
/// <param name="Key">What its samples are called.</param>
/// <param name="Line">SHA-256 of the line.</param>
/// <param name="Input">What is read.</param>
/// <param name="Options">The knobs.</param>
/// <param name="Samples">How many samples.</param>
/// <param name="Seed">The seed of the set.</param>
internal sealed record BatchItem(string Key, string Line, InputRequest Input, MethodOptions Options, int Samples, ulong Seed)
{
    /// <summary>The settings as a server reads them.</summary>
    public JsonObject ToWire() => OptionTable.Default.Write(Input.With(Options));

    /// <summary>The name of a sample, the same in shards and manifest.</summary>
    public string SampleKey(int index) => string.Create(CultureInfo.InvariantCulture, $"{Key}-{index:D4}");
}

/// <summary>A sample of a batch: a line of the manifest, and the JSON beside the video in its shard.</summary>
internal sealed record BatchSample
{
    /// <summary>Its name: of the video and the JSON in the shard.</summary>
    public required string Key { get; init; }

    /// <summary>Its number in its line's set, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>SHA-256 of the line that it was made for.</summary>
    public required string Line { get; init; }

    /// <summary>What was made of the inputs.</summary>
    public required RequestApplication Application { get; init; }

    /// <summary>Names of the inputs, without their folders.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The seed of the set.</summary>
    public required string Seed { get; init; }

    /// <summary>Every option, as it was used.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>Hash of the decoded frames.</summary>
    public required string FramesSha256 { get; init; }

    /// <summary>Seconds that it took.</summary>
    public double Seconds { get; init; }

    /// <summary>The shard that it is in; null in the shard itself.</summary>
    public string? Shard { get; init; }
}
