using Vgpnn.Grains.Contracts;

namespace Vgpnn.Silo.Api;

/// <summary>What is checked of a draft before anything is asked of the state.</summary>
internal static class Draft
{
    private const int MostInputs = 16;

    public static void Check(NewRequest request, bool insecureWebhooks)
    {
        if (request.Inputs.Count > MostInputs) throw new ApiException(422, "too-many-inputs", $"a request takes at most {MostInputs} inputs");
        if (request.Inputs.Any(i => !Ids.AreWellFormed(i.VideoId))) throw new ApiException(404, "not-found", "there is no such video");
        RequestSettings settings = request.Settings;
        Kernels.Scale scale = request.Settings.Options.Scale ?? Kernels.Scale.One;
        Synthesis.MethodOptions options = request.Settings.Options;
        double[] numbers = [options.Noise ?? 0, options.Completeness ?? 1, options.FlowLimit, options.DownscaleT, options.DownscaleS, scale.T, scale.H, scale.W];
        Require(numbers.All(double.IsFinite), "a number", "what can be written down");
        if (request.Webhook is { } webhook) WebhookTarget.Check(webhook, insecureWebhooks);
        Require(settings.FirstFrame is null or >= 1, "firstFrame", "1 or more");
        Require(settings.LastFrame is null || settings.LastFrame > (settings.FirstFrame ?? 1), "lastFrame", "more than firstFrame");
        Require(settings.MaxHeight is null or (>= 8 and <= 4320), "maxHeight", "8 to 4320");
        Require(settings.FrameRate is null or { Length: <= 32 }, "frameRate", "a number, or two with a slash between them");
    }

    private static void Require(bool holds, string name, string allowed)
    {
        if (!holds) throw new ApiException(422, "option-out-of-range", $"{name} is out of range", $"it takes: {allowed}");
    }
}
