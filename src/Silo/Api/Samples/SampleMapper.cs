using System.Globalization;
using System.Runtime.CompilerServices;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Values;
using Vgpnn.Silo.Api.Videos;

namespace Vgpnn.Silo.Api.Samples;

/// <summary>Samples of the grains as samples of the API.</summary>
internal static class SampleMapper
{
    private const int PageSize = 500;

    public static Sample Map(this SampleStatus sample)
    {
        string self = string.Create(CultureInfo.InvariantCulture, $"/v1/requests/{sample.RequestId}/samples/{sample.SampleIndex}");
        SampleResult? result = sample.Made();
        bool made = result is not null;
        return new Sample
        {
            Request = sample.RequestId,
            Index = sample.SampleIndex,
            State = sample.State.Map(),
            Fraction = sample.Fraction,
            Level = made ? 0 : sample.Preview?.Level,
            PreviewFrames = sample.Preview?.Frames,
            FramesSha256 = result?.FramesSha256,
            Seconds = result?.Seconds,
            Error = sample.Failure.Map(),
            Changed = Times.Of(sample.ChangedAt),
            Finished = Times.Of(sample.FinishedAt),
            Links = new SampleLinks(
                self,
                sample.Preview is { } preview ? string.Create(CultureInfo.InvariantCulture, $"{self}/previews/{preview.Level}") : null,
                made ? $"{self}/video" : null, made ? $"{self}/field" : null, made ? $"{self}/scores" : null),
        };
    }

    /// <summary>The result; <c>null</c>: the sample was not made, or was cancelled before it was counted.</summary>
    public static SampleResult? Made(this SampleStatus sample) => sample.State == SampleState.Succeeded ? sample.Result : null;

    public static WorkState Map(this SampleState state) => state switch
    {
        SampleState.Queued => WorkState.Queued,
        SampleState.Running => WorkState.Running,
        SampleState.Succeeded => WorkState.Succeeded,
        SampleState.Failed => WorkState.Failed,
        _ => WorkState.Cancelled,
    };

    /// <summary>All samples that were begun or are over, by index.</summary>
    public static async IAsyncEnumerable<SampleStatus> SamplesAsync(this IRequestGrain request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        IReadOnlyList<SampleStatus> page;
        for (int after = -1; ; after = page[^1].SampleIndex)
        {
            page = await request.ListSamples(after, PageSize).WaitAsync(cancellation);
            foreach (SampleStatus sample in page) yield return sample;
            if (page.Count < PageSize) yield break;
        }
    }
}
