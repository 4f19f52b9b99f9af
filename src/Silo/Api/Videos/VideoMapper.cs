using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Silo.Api.Values;

using VideoState = Vgpnn.Contracts.VideoState;

namespace Vgpnn.Silo.Api.Videos;

/// <summary>Videos of the grains as videos of the API.</summary>
internal static class VideoMapper
{
    public static Video Map(this Caller caller, VideoStatus video)
    {
        string self = $"/v1/videos/{video.VideoId}";
        IngestResult? result = video.State == Grains.Abstractions.VideoState.Ready ? video.Result : null;
        return new Video
        {
            Id = video.VideoId,
            Name = video.Name,
            State = video.State switch
            {
                Grains.Abstractions.VideoState.Ready => VideoState.Ready,
                Grains.Abstractions.VideoState.Ingesting => VideoState.Ingesting,
                _ => VideoState.Failed,
            },
            Size = result is null ? null : new Size(result.Frames, result.Height, result.Width),
            FrameRate = result?.FrameRate,
            Bytes = video.File.Bytes,
            Sha256 = video.File.Sha256,
            Notices = result?.Notices ?? [],
            Error = video.Failure.Map(),
            Created = Times.Of(video.CreatedAt),
            Expires = caller.Expiry(video.CreatedAt),
            Links = new VideoLinks(self, $"{self}/content", result is null ? null : $"{self}/preview", result is null ? null : $"{self}/poster"),
        };
    }

    public static Failure? Map(this JobFailure? failure) => failure is null ? null : new Failure(failure.Code, failure.Message);
}
