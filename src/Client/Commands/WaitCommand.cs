using System.CommandLine;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn wait</c>: waits for a request to finish.</summary>
internal sealed class WaitCommand : RequestVerb
{
    public WaitCommand()
        : base("wait", "Wait for a request to finish, showing its progress.") => AddCommon();

    public override IReadOnlyList<Example> Examples =>
    [
        new("wait last", "Waits for the newest request."),
        new("wait last --json", "Prints every change as a line of JSON."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        bool json = Json.IsGiven(parse);
        using ApiClient api = Connect(parse);
        Request request = await FindAsync(parse, api, cancellation);
        using (IRunReporter reporter = RunReporter.Create(json))
            request = await new RequestWatch(api, reporter, json).RunAsync(request, cancellation);
        SampleCounts samples = request.Samples;
        if (!json)
        {
            string rest = samples.Ended == samples.Succeeded ? "" : $", {samples.Failed} failed, {samples.Cancelled} cancelled";
            Console.WriteLine($"{HumanText.Count(samples.Succeeded, "sample")} finished{rest}. To download: {ProgramName.Current} download {request.Id}");
        }

        if (samples.Failed == 0) return ExitCode.Success;
        Failure? error = (await api.ListSamplesAsync(request.Id, cancellation)).FirstOrDefault(s => s.Error is not null)?.Error;
        throw new RemoteException(error?.Code ?? "failed", $"{samples.Failed} of {HumanText.Count(samples.Total, "sample")} failed: {error?.Message}");
    }
}
