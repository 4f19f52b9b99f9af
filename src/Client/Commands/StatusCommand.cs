using System.CommandLine;
using Spectre.Console;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn status</c>: shows the progress of a request, or lists requests.</summary>
internal sealed class StatusCommand : RemoteVerb
{
    private const int Newest = 20;

    private readonly Argument<string?> _request = new("REQUEST")
    {
        Description = "The request's id; lists the newest requests if omitted.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public StatusCommand()
        : base("status", "Show the progress of a request, or list the newest requests.")
    {
        Add(_request);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples => [new("status", "The newest requests and their states.")];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        using ApiClient api = Connect(parse);
        if (parse.GetValue(_request) is not { } id)
        {
            Page<Request> page = await api.ListRequestsAsync(Newest, cancellation);
            if (Json.IsGiven(parse)) WriteJson(page.Items);
            else Write(page.Items);
            return ExitCode.Success;
        }

        Request request = await api.GetRequestAsync(Uri.EscapeDataString(id), cancellation);
        IReadOnlyList<Sample> samples = await api.ListSamplesAsync(request.Id, cancellation);
        if (Json.IsGiven(parse)) WriteJson(new { request, samples });
        else Write(request, samples);
        return ExitCode.Success;
    }

    private static void Write(IReadOnlyList<Request> requests)
    {
        Table table = Tables.New("Request", "Application", "State", "Samples", "Output", "Seed", "Submitted");
        foreach (Request r in requests)
        {
            table.AddRow(
                r.Id, Names.Of(r.Application), Names.Of(r.State), $"{r.Samples.Succeeded}/{r.Samples.Total}",
                $"{r.Output.Frames}×{r.Output.Height}×{r.Output.Width}", $"{r.Seed}", $"{r.Created.LocalDateTime:yyyy-MM-dd HH:mm:ss}");
        }

        Tables.Write(table);
    }

    private static void Write(Request request, IReadOnlyList<Sample> samples)
    {
        Write([request]);
        Table table = Tables.New("Sample", "State", "Level", "Progress", "Time");
        foreach (Sample s in samples)
        {
            table.AddRow(
                $"{s.Index}", Markup.Escape(Names.Of(s.State) + (s.Error is null ? "" : $": {HumanText.OneLine(s.Error.Message)}")),
                s.Level is null ? "" : $"{request.Levels - s.Level}/{request.Levels}", $"{Math.Floor(s.Fraction * 100)} %",
                s.Seconds is { } seconds ? HumanText.Duration(seconds) : "");
        }

        Tables.Write(table);
    }
}
