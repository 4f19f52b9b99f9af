using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Contracts;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn download</c>: downloads a request's samples.</summary>
internal sealed class DownloadCommand : RequestVerb
{
    private const string Group = "Output";

    private readonly Setting<string> _directory = new("--output", "DIR", PathText.TryParse, "-o")
    {
        Group = Group,
        Description = "Directory for the samples and request.json, created if missing. Files that it contains already are kept.",
        Allowed = "a path",
        Default = "'request-' and the last 8 characters of the id, in the working directory",
    };

    private readonly Setting<string> _format = new("--format", "mp4|gif|webm|png", TryFormat)
    {
        Group = Group,
        Description = "Format of the samples; png is a zip archive of the frames.",
        Allowed = "mp4, gif, webm or png",
        Default = "mp4",
    };

    public DownloadCommand()
        : base("download", "Download the finished samples of a request.")
    {
        Add(_directory);
        Add(_format);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("download last -o out", "The finished samples of the newest request, in out/."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        using ApiClient api = Connect(parse);
        Request request = await FindAsync(parse, api, cancellation);
        string directory = _directory.Or(parse, $"request-{request.Id[^8..]}"), format = _format.Or(parse, "mp4");
        Sample[] there = [.. (await api.ListSamplesAsync(request.Id, cancellation)).Where(s => s.Links.Video is not null)];
        if (there.Length == 0) throw new RemoteException("no-samples", $"no sample of request {request.Id} is finished yet", $"{ProgramName.Current} wait {request.Id}");
        Directory.CreateDirectory(directory);
        var files = new List<string>();
        using (IRunReporter reporter = RunReporter.Create(Json.IsGiven(parse)))
        {
            foreach (Sample sample in there)
            {
                reporter.Stage(string.Create(CultureInfo.InvariantCulture, $"downloading sample {files.Count + 1} of {there.Length}"));
                string file = Path.Combine(directory, $"{ResultDirectory.SampleName(sample.Index)}{(format == "png" ? ".zip" : $".{format}")}");
                if (!File.Exists(file)) await api.DownloadAsync($"{sample.Links.Video}?format={format}", file, cancellation);
                files.Add(file);
            }

            JsonElement manifest = await api.GetManifestAsync(request.Id, cancellation);
            AtomicFile.Write(Path.Combine(directory, "request.json"), System.Text.Encoding.UTF8.GetBytes(manifest.GetRawText()));
        }

        if (Json.IsGiven(parse)) WriteJson(new { directory, files });
        else Console.WriteLine($"{HumanText.Count(files.Count, "sample")} in {directory}.");
        return ExitCode.Success;
    }

    private static bool TryFormat(string text, out string format)
    {
        format = text.ToLowerInvariant();
        return format is "mp4" or "gif" or "webm" or "png";
    }
}
