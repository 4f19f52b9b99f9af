using System.Text.Json;

namespace Vgpnn.Grains.Requests;

/// <summary>What a webhook tells of a finished request.</summary>
internal static class RequestReport
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The body, as JSON.</summary>
    public static string Body(string id, RequestData data) => JsonSerializer.Serialize(
        new
        {
            Type = "request.finished",
            Request = id,
            data.Samples,
            Succeeded = data.Succeeded.Count,
            Failed = data.Failed.Count,
            Cancelled = data.Cancelled.Count,
        },
        Json);
}
