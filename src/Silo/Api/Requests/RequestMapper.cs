using System.Text.Json.Nodes;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Silo.Api.Values;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;
using Request = Vgpnn.Contracts.Request;
using RequestInput = Vgpnn.Contracts.RequestInput;

namespace Vgpnn.Silo.Api.Requests;

/// <summary>Requests of the grains as requests of the API.</summary>
internal static class RequestMapper
{
    /// <param name="caller">The request's owner.</param>
    /// <param name="request">The request.</param>
    /// <param name="deleted">Ids of videos that were deleted.</param>
    /// <param name="ahead">The tenant's samples that go first; <c>null</c>: nothing of the request waits, or it is not told.</param>
    public static Request Map(this Caller caller, RequestStatus request, IReadOnlySet<string> deleted, long? ahead = null)
    {
        string self = $"/v1/requests/{request.RequestId}";
        var settings = RequestSettings.Read(request.Settings);
        return new Request
        {
            Id = request.RequestId,
            State = StateOf(request),
            Application = settings.Options.Application.ToWire(),
            Inputs = [.. request.Inputs.Select(i => new RequestInput(i.Role.ToWire(), i.VideoId) { Name = i.Name, Deleted = deleted.Contains(i.VideoId) ? true : null })],
            Seed = request.Seed,
            Settings = settings.Map(),
            Samples = new SampleCounts(request.Samples, request.Running, request.Succeeded, request.Failed, request.Cancelled),
            Levels = request.Plan.Levels,
            Output = new Size(request.Plan.Frames, request.Plan.Height, request.Plan.Width),
            PeakBytes = request.Plan.Memory,
            QueueAhead = ahead,
            Created = Times.Of(request.CreatedAt),
            Finished = Times.Of(request.FinishedAt),
            Expires = caller.Expiry(request.FinishedAt),
            Links = new RequestLinks(self, $"{self}/samples", $"{self}/events", $"{self}/manifest"),
        };
    }

    /// <summary>Stored settings on the wire.</summary>
    public static JsonObject Map(this RequestSettings settings) => OptionTable.Default.Write(new RunSettings
    {
        Method = settings.Options,
        FirstFrame = settings.FirstFrame,
        LastFrame = settings.LastFrame,
        MaxHeight = settings.MaxHeight,
        FrameRate = FrameRate.TryParse(settings.FrameRate, out FrameRate rate) ? rate : null,
    });

    /// <summary>Settings as they are stored.</summary>
    public static RequestSettings ToStored(this RunSettings settings) => new()
    {
        Options = settings.Method,
        FirstFrame = settings.FirstFrame,
        LastFrame = settings.LastFrame,
        MaxHeight = settings.MaxHeight,
        FrameRate = settings.FrameRate?.ToString(),
    };

    public static Size Map(this Extent size) => new(size.T, size.H, size.W);

    private static WorkState StateOf(RequestStatus request) =>
        request.IsFinished
            ? request.Failed > 0 ? WorkState.Failed : request.Cancelled > 0 ? WorkState.Cancelled : WorkState.Succeeded
            : request.Running + request.Succeeded + request.Failed > 0 ? WorkState.Running : WorkState.Queued;
}
