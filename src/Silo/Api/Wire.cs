using System.Globalization;
using Vgpnn.Contracts;
using Vgpnn.Grains.Contracts;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;

namespace Vgpnn.Silo.Api;

/// <summary>The state's words in those of the API.</summary>
internal static class Wire
{
    public static Video Of(VideoStatus video)
    {
        string self = $"/v1/videos/{video.VideoId}";
        bool ready = video.State == Grains.Contracts.VideoState.Ready;
        return new Video
        {
            Id = video.VideoId,
            Name = video.Name,
            State = ready ? Vgpnn.Contracts.VideoState.Ready
                : video.State == Grains.Contracts.VideoState.Ingesting ? Vgpnn.Contracts.VideoState.Ingesting : Vgpnn.Contracts.VideoState.Failed,
            Size = ready ? new Vgpnn.Contracts.Size(video.Frames!.Value, video.Height!.Value, video.Width!.Value) : null,
            FrameRate = video.FrameRate,
            Bytes = video.Bytes,
            Sha256 = video.ContentHash,
            Notices = video.Notices?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [],
            Error = FailureOf(video.ErrorCode, video.Error),
            Created = Time(video.CreatedAt),
            Expires = video.ExpiresAt is { } end ? Time(end) : null,
            Links = new VideoLinks(self, $"{self}/content", ready ? $"{self}/preview" : null, ready ? $"{self}/poster" : null),
        };
    }

    public static Request Of(RequestStatus request, IEnumerable<KnownInput> inputs, long? ahead = null)
    {
        string self = $"/v1/requests/{request.RequestId}";
        RequestSettings settings = RequestSettings.Read(request.Settings);
        return new Request
        {
            Id = request.RequestId,
            State = StateOf(request),
            Application = settings.Options.Application,
            Inputs = [.. inputs.Select(i => new Vgpnn.Contracts.RequestInput(i.Role, i.VideoId) { Name = i.Name, Deleted = i.Deleted ? true : null })],
            Seed = ulong.Parse(request.Seed, CultureInfo.InvariantCulture),
            Settings = Of(settings),
            Samples = new SampleCounts(request.Samples, request.Running, request.Succeeded, request.Failed, request.Cancelled),
            Levels = request.Levels,
            Output = new Vgpnn.Contracts.Size(request.Frames, request.Height, request.Width),
            PeakBytes = request.PeakBytes,
            QueueAhead = ahead,
            Created = Time(request.CreatedAt),
            Finished = request.FinishedAt is { } finished ? Time(finished) : null,
            Expires = request.ExpiresAt is { } end ? Time(end) : null,
            Links = new RequestLinks(self, $"{self}/samples", $"{self}/events", $"{self}/manifest"),
        };
    }

    public static Vgpnn.Contracts.Sample Of(SampleStatus sample)
    {
        string self = string.Create(CultureInfo.InvariantCulture, $"/v1/requests/{sample.RequestId}/samples/{sample.SampleIndex}");
        bool there = sample.State == SampleState.Succeeded;
        return new Vgpnn.Contracts.Sample
        {
            Request = sample.RequestId,
            Index = sample.SampleIndex,
            State = sample.State switch
            {
                SampleState.Queued => WorkState.Queued,
                SampleState.Running => WorkState.Running,
                SampleState.Succeeded => WorkState.Succeeded,
                SampleState.Failed => WorkState.Failed,
                _ => WorkState.Cancelled,
            },
            Fraction = sample.Fraction,
            Level = there ? 0 : sample.PreviewLevel,
            PreviewFrames = sample.PreviewFrames,
            FramesSha256 = sample.FramesSha256,
            Seconds = sample.Seconds,
            Error = FailureOf(sample.ErrorCode, sample.Error),
            Changed = Time(sample.ChangedAt),
            Finished = sample.FinishedAt is { } finished ? Time(finished) : null,
            Links = new SampleLinks(
                self,
                sample.PreviewKey is null ? null : string.Create(CultureInfo.InvariantCulture, $"{self}/previews/{sample.PreviewLevel}"),
                there ? $"{self}/video" : null, there ? $"{self}/field" : null, there ? $"{self}/scores" : null),
        };
    }

    public static Vgpnn.Contracts.Size Of(Extent size) => new(size.T, size.H, size.W);

    public static Vgpnn.Contracts.TenantLimits Of(Grains.Contracts.TenantLimits l) => new()
    {
        Weight = l.Weight,
        MaxRunning = l.MaxRunning,
        MaxQueued = l.MaxQueued,
        MaxBytes = l.MaxBytes,
        MaxVoxels = l.MaxVoxels,
        RetentionHours = l.RetentionHours,
        RequestsPerMinute = l.RequestsPerMinute,
    };

    public static Grains.Contracts.TenantLimits Of(Vgpnn.Contracts.TenantLimits l) => new()
    {
        Weight = l.Weight,
        MaxRunning = l.MaxRunning,
        MaxQueued = l.MaxQueued,
        MaxBytes = l.MaxBytes,
        MaxVoxels = l.MaxVoxels,
        RetentionHours = l.RetentionHours,
        RequestsPerMinute = l.RequestsPerMinute,
    };

    public static Tenant Of(TenantStatus t) => new(t.TenantId, t.Name, Of(t.Limits), new TenantUse(t.Queued, t.Running, t.BytesStored));

    public static Knobs Of(RequestSettings settings) => Knobs.Of(settings.Options) with
    {
        FirstFrame = settings.FirstFrame,
        LastFrame = settings.LastFrame,
        MaxHeight = settings.MaxHeight,
        FrameRate = settings.FrameRate,
    };

    public static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static WorkState StateOf(RequestStatus request) =>
        request.State == RequestState.Finished
            ? request.Failed > 0 ? WorkState.Failed : request.Cancelled > 0 ? WorkState.Cancelled : WorkState.Succeeded
            : request.Running + request.Succeeded + request.Failed > 0 ? WorkState.Running : WorkState.Queued;

    private static Failure? FailureOf(string? code, string? error) => code is null ? null : new Failure(code, error ?? "");
}
