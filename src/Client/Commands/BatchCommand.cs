using System.CommandLine;
using System.Text.Json;
using Vgpnn.Client.Api;
using Vgpnn.Client.Batch;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn batch</c>: thousands of requests into shards, here or on a server.</summary>
internal sealed class BatchCommand : Verb
{
    private const string Group = "Batch";

    private readonly Argument<string> _file = new("FILE")
    {
        Description = "A JSON object on each line: {\"input\": \"clip.mp4\", \"samples\": 4, \"seed\": 7, \"settings\": {…}}; paths are seen from the file.",
    };

    private readonly Setting<string> _directory = new("--output", "DIR", PathText.TryParse, "-o")
    {
        Group = Group,
        Description = "Directory for shards and manifest.jsonl. What is in it already is not made again.",
        Allowed = "a path",
        Default = "FILE's name with '-samples', in the working directory",
    };

    private readonly Setting<int> _shard = new("--shard-samples", "N", ValueText.Integer(1, 1_000_000))
    {
        Group = Group,
        Description = "Samples in a shard.",
        Allowed = "a whole number from 1 to 1000000",
        Default = "1000",
    };

    private readonly Setting<int> _inFlight = new("--in-flight", "N", ValueText.Integer(1, 1_000))
    {
        Group = Group,
        Description = "Lines that a server works on at once.",
        Allowed = "a whole number from 1 to 1000",
        Default = "32",
    };

    private readonly Flag _delete = new("--delete")
    {
        Group = Group,
        Description = "Delete each request on the server once its samples are here.",
    };

    private readonly ServerSettings _server = new();
    private readonly MachineSettings _machine = new();

    public BatchCommand()
        : base("batch", "Make a data set: a file of requests into tar shards, on this machine or, with --server, by a server. Goes on where it was stopped.")
    {
        Add(_file);
        foreach (Option option in (Option[])[_directory, _shard, _inFlight, _delete]) Add(option);
        _server.AddTo(this);
        _machine.AddTo(this);
        Add(Json);
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("batch requests.jsonl -o set", "Makes all samples on this machine, and shards in set/."),
        new("batch requests.jsonl -o set --server http://localhost:7413", "Has a server make them; Ctrl-C, and the same again goes on."),
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
        else Console.WriteLine($"{HumanText.Count(directory.Count, "sample")} in {path}, {made} of them made now; {directory.ManifestPath} names them.");
        return ExitCode.Success;
    }
}
