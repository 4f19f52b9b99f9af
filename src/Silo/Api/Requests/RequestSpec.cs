using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Requests;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Silo.Api.Errors;
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

    /// <summary>Reads a draft; values are checked by <see cref="Check"/>.</summary>
    /// <exception cref="ApiException"><c>bad-json</c>.</exception>
    public static RequestSpec Of(RequestDraft draft)
    {
        Knobs settings = draft.Settings ?? new Knobs();
        if (draft.Inputs.Any(i => i is null)) throw new ApiException(400, "bad-json", "an input is null");
        return new RequestSpec
        {
            Inputs = [.. draft.Inputs.Select(i => new RequestInput(i.Role, i.Video))],
            Settings = new RequestSettings
            {
                Options = settings.ToOptions(draft.Application),
                FirstFrame = settings.FirstFrame,
                LastFrame = settings.LastFrame,
                MaxHeight = settings.MaxHeight,
                FrameRate = settings.FrameRate,
            },
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
        if (Samples is < 1 or > MaxSamples)
            throw new ApiException(422, "samples-out-of-range", $"invalid number of samples {Samples}", $"use 1 to {MaxSamples}");
        MethodOptions options = Settings.Options;
        Scale scale = options.Scale ?? Scale.One;
        RequireFinite("noise", options.Noise);
        RequireFinite("completeness", options.Completeness);
        RequireFinite("flowLimit", options.FlowLimit);
        RequireFinite("downscaleT", options.DownscaleT);
        RequireFinite("downscaleS", options.DownscaleS);
        RequireFinite("scale", scale.T, scale.H, scale.W);
        if (Webhook is { } webhook) WebhookTarget.Check(webhook, insecureWebhooks);
        Require(Settings.FirstFrame is null or >= 1, "firstFrame", "1 or more");
        Require(Settings.LastFrame is null || Settings.LastFrame > (Settings.FirstFrame ?? 1), "lastFrame", "more than firstFrame");
        Require(Settings.MaxHeight is null or (>= 8 and <= 4320), "maxHeight", "8 to 4320");
        Require(Settings.FrameRate is null or { Length: <= 32 }, "frameRate", "a number or a fraction such as 30000/1001");
    }

    private static void RequireFinite(string name, params ReadOnlySpan<double?> values)
    {
        foreach (double? value in values) Require(value is null || double.IsFinite(value.Value), name, "a finite number");
    }

    private static void Require(bool holds, string name, string allowed)
    {
        if (!holds) throw new ApiException(422, "option-out-of-range", $"{name} is out of range", $"use {allowed}");
    }
}
