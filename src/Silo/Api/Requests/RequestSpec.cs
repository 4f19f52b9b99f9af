using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Values;
using Vgpnn.Silo.Api.Webhooks;
using Vgpnn.Synthesis.Options;
using RequestInput = Vgpnn.Grains.Abstractions.RequestInput;

namespace Vgpnn.Silo.Api.Requests;

/// <summary>A request as a caller describes it, before it is planned.</summary>
internal sealed record RequestSpec
{
    private const int MaxInputs = 16, MaxSamples = 1_000_000;

    /// <summary>Its inputs.</summary>
    public required IReadOnlyList<RequestInput> Inputs { get; init; }

    /// <summary>Its settings.</summary>
    public required RequestSettings Settings { get; init; }

    /// <summary>Number of samples.</summary>
    public required int Samples { get; init; }

    /// <summary>The seed; <c>null</c>: drawn at submission.</summary>
    public ulong? Seed { get; init; }

    /// <summary>URL that is notified of the end; <c>null</c>: none.</summary>
    public string? Webhook { get; init; }

    /// <summary>Reads a draft and checks its numbers against the table of options.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="table">The options; <c>null</c> means those of this program.</param>
    /// <exception cref="ApiException"><c>bad-json</c>, or everything that is wrong with samples and settings.</exception>
    public static RequestSpec Of(RequestDraft draft, OptionTable? table = null)
    {
        if (draft.Inputs.Any(i => i is null)) throw new ApiException(400, "bad-json", "an input is null");
        var faults = new List<OptionFault>();
        RunSettings settings = (table ?? OptionTable.Default).Read(draft.Settings, draft.Application.FromWire(), faults);
        List<(string Code, ProblemPlace Place)> problems =
            [.. OfSamples(draft.Samples), .. faults.Select(f => (f.Code, new ProblemPlace($"/settings{f.Pointer}", f.Message)))];
        if (problems is [var first, ..])
        {
            string others = problems.Count == 1 ? "" : $"; {problems.Count - 1} more in errors";
            throw new ApiException(422, first.Code, first.Place.Detail + others, "GET /v1/options lists the options and their ranges", [.. problems.Select(p => p.Place)]);
        }

        return new RequestSpec
        {
            Inputs = [.. draft.Inputs.Select(i => new RequestInput(i.Role.FromWire(), i.Video))],
            Settings = settings.ToStored(),
            Samples = draft.Samples,
            Seed = draft.Seed,
            Webhook = draft.Webhook,
        };
    }

    /// <summary>The same request once more.</summary>
    public static RequestSpec Repeat(RequestStatus request, RepeatDraft? draft) => new()
    {
        Inputs = [.. request.Inputs.Select(i => new RequestInput(i.Role, i.VideoId))],
        Settings = RequestSettings.Read(request.Settings),
        Samples = draft?.Samples ?? request.Samples,
        Seed = draft?.Seed,
    };

    /// <summary>Whether a request is what this would be: its plan is valid for this.</summary>
    public bool Matches(RequestStatus request) =>
        request.Settings == Settings.Write() && request.Inputs.Select(i => new RequestInput(i.Role, i.VideoId)).SequenceEqual(Inputs);

    /// <summary>Checks what can be checked without asking a grain.</summary>
    /// <param name="insecureWebhooks">Whether webhooks may go to this network and without encryption.</param>
    /// <exception cref="ApiException">The value that is invalid.</exception>
    public void Check(bool insecureWebhooks)
    {
        if (Inputs.Count > MaxInputs) throw new ApiException(422, "too-many-inputs", $"a request has at most {MaxInputs} inputs");
        if (Inputs.Any(i => !Ids.AreWellFormed(i.VideoId))) throw new ApiException(404, "not-found", "there is no such video");
        if (OfSamples(Samples) is [var samples]) throw new ApiException(422, samples.Code, samples.Place.Detail, null, [samples.Place]);
        if (Webhook is { } webhook) WebhookTarget.Check(webhook, insecureWebhooks);
    }

    private static (string Code, ProblemPlace Place)[] OfSamples(int samples) => samples is >= 1 and <= MaxSamples
        ? []
        : [("samples-out-of-range", new ProblemPlace("/samples", $"samples is {samples}, but must be an integer from 1 to {MaxSamples:N0}"))];
}
