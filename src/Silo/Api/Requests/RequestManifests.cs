using System.Globalization;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Samples;

namespace Vgpnn.Silo.Api.Requests;

/// <summary>Manifests of requests.</summary>
internal static class RequestManifests
{
    /// <summary>A request's manifest, with the samples that were begun.</summary>
    public static async Task<RequestManifest> ReadAsync(IRequestGrain request, CancellationToken cancellation)
    {
        RequestStatus status = await request.Get().WaitAsync(cancellation);
        var settings = RequestSettings.Read(status.Settings);
        return new RequestManifest
        {
            Version = typeof(RequestManifests).Assembly.GetName().Version!.ToString(3),
            EngineClass = status.Plan.Backend,
            Request = status.RequestId,
            Application = settings.Options.Application.ToWire(),
            Seed = status.Seed.ToString(CultureInfo.InvariantCulture),
            Settings = settings.Map(),
            Inputs = [.. status.Inputs.Select(i => new RequestManifestInput(i.Role.ToWire(), i.Name, i.File.Sha256))],
            Output = new Size(status.Plan.Frames, status.Plan.Height, status.Plan.Width),
            Samples = [.. await SamplesAsync(request, cancellation)],
        };
    }

    private static async Task<IReadOnlyList<RequestManifestSample>> SamplesAsync(IRequestGrain request, CancellationToken cancellation)
    {
        var samples = new List<RequestManifestSample>();
        await foreach (SampleStatus sample in request.SamplesAsync(cancellation))
            samples.Add(new RequestManifestSample(sample.SampleIndex, sample.State.Map(), sample.Made()?.FramesSha256, sample.Made()?.Seconds));
        return samples;
    }
}
