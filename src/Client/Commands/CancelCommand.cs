using System.CommandLine;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn cancel</c>: ends a request, or one sample of it.</summary>
internal sealed class CancelCommand : RequestVerb
{
    private readonly Setting<int> _sample = new("--sample", "I", ValueText.Integer(0, 999_999))
    {
        Group = "Samples",
        Description = "Only this sample, counted from 0.",
        Allowed = "a whole number from 0",
        Default = "all that have not come to their end",
    };

    public CancelCommand()
        : base("cancel", "Cancel a request or one of its samples; what is finished stays.")
    {
        Add(_sample);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("cancel last", "Cancels what is left of the request that was submitted last."),
        new("cancel last --sample 3", "Cancels one of its samples."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        using ApiClient api = Connect(parse);
        Request request = await FindAsync(parse, api, cancellation);
        if (_sample.OrNull(parse) is { } index)
        {
            Sample sample = await api.CancelSampleAsync(request.Id, index, cancellation);
            if (Json.IsGiven(parse)) WriteJson(sample);
            else Console.WriteLine($"Sample {index} is cancelled.");
            return ExitCode.Success;
        }

        request = await api.CancelAsync(request.Id, cancellation);
        if (Json.IsGiven(parse)) WriteJson(request);
        else Console.WriteLine($"{HumanText.Count(request.Samples.Cancelled, "sample")} cancelled, {request.Samples.Succeeded} there.");
        return ExitCode.Success;
    }
}
