using System.CommandLine;
using System.Text.Json;
using Vgpnn.Client.Api;
using Vgpnn.Client.Batch;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn batch</c>: makes the samples of a file of requests, and packs them into shards.</summary>
internal sealed class BatchCommand : Verb
{
    private const string Group = "Batch";

    private readonly Argument<string> _file = new("FILE")
    {
        Description = "A JSON object on each line: {\"input\": \"clip.mp4\", \"samples\": 4, \"seed\": 7, \"settings\": {…}}; paths are relative to FILE.",
    };

    private readonly Setting<string> _directory = new("--output", "DIR", PathText.TryParse, "-o")
    {
        Group = Group,
        Description = "Directory for shards and manifest.jsonl. Samples that it contains already are kept.",
        Allowed = "a path",
        Default = "'-samples' appended to FILE's name, in the working directory",
    };

    private readonly Setting<int> _shard = new("--shard-samples", "N", ValueText.Integer(1, 1_000_000))
    {
        Group = Group,
        Description = "Samples per shard.",
        Allowed = "an integer from 1 to 1000000",
        Default = "1000",
    };

    private readonly Setting<int> _inFlight = new("--in-flight", "N", ValueText.Integer(1, 1_000))
    {
        Group = Group,
        Description = "Lines submitted to the server at the same time.",
        Allowed = "an integer from 1 to 1000",
        Default = "32",
    };

    private readonly Flag _delete = new("--delete")
    {
        Group = Group,
        Description = "Delete each request on the server after its samples are downloaded.",
    };

    private readonly ServerSettings _server = new();
    private readonly MachineSettings _machine = new();

    public BatchCommand()
        : base("batch", "Make a data set: the samples of many requests in tar shards, on this machine or on a server (--server). Continues an interrupted batch.")
    {
        Add(_file);
        foreach (Option option in (Option[])[_directory, _shard, _inFlight, _delete]) Add(option);
        _server.AddTo(this);
        _machine.AddTo(this);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("batch requests.jsonl -o set", "Makes all samples on this machine; shards go to set/."),
        new("batch requests.jsonl -o set --server http://localhost:7413", "Makes them on a server. After Ctrl-C, the same command continues."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string file = parse.GetRequiredValue(_file);
        string path = _directory.Or(parse, $"{Path.GetFileNameWithoutExtension(file)}-samples");
        IReadOnlyList<BatchItem> items = await BatchLine.ReadAsync(file, cancellation);
        var directory = BatchDirectory.Open(path, _shard.Or(parse, 1_000));
        int made;
        using (IRunReporter reporter = RunReporter.Create(Json.IsGiven(parse)))
        using (IBatchMaker maker = _server.IsGiven(parse)
            ? new RemoteMaker(new ApiClient(_server.Read(parse)), _inFlight.Or(parse, 32), _delete.IsGiven(parse), reporter)
            : new LocalMaker(_machine.Read(parse), reporter))
            made = await new BatchRun(maker, directory, items).ExecuteAsync(cancellation);
        if (Json.IsGiven(parse)) Console.WriteLine(JsonSerializer.Serialize(new { directory = path, made, samples = directory.Count, manifest = directory.ManifestPath }, ApiJson.Options));
        else Console.WriteLine($"{HumanText.Count(directory.Count, "sample")} in {path}, {made} made by this run. Manifest: {directory.ManifestPath}");
        return ExitCode.Success;
    }
}
