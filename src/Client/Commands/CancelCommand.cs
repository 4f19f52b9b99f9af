using System.CommandLine;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn cancel</c>: cancels a request or one of its samples.</summary>
internal sealed class CancelCommand : RequestVerb
{
    private readonly Setting<int> _sample = new("--sample", "I", ValueText.Integer(0, 999_999))
    {
        Group = "Samples",
        Description = "Cancel only this sample, counted from 0.",
        Allowed = "an integer from 0",
        Default = "all unfinished samples",
    };

    public CancelCommand()
        : base("cancel", "Cancel a request or one of its samples. Finished samples are kept.")
    {
        Add(_sample);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("cancel last", "Cancels the unfinished samples of the newest request."),
        new("cancel last --sample 3", "Cancels one sample of it."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        using ApiClient api = Connect(parse);
        Request request = await FindAsync(parse, api, cancellation);
        if (_sample.OrNull(parse) is { } index)
        {
            Sample sample = await api.CancelSampleAsync(request.Id, index, cancellation);
            if (Json.IsGiven(parse)) WriteJson(sample);
            else Console.WriteLine($"Sample {index} was cancelled.");
            return ExitCode.Success;
        }

        request = await api.CancelAsync(request.Id, cancellation);
        if (Json.IsGiven(parse)) WriteJson(request);
        else Console.WriteLine($"{HumanText.Count(request.Samples.Cancelled, "sample")} cancelled, {request.Samples.Succeeded} finished.");
        return ExitCode.Success;
    }
}
