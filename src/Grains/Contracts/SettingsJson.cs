using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vgpnn.Grains.Contracts;

/// <summary>Request settings as text in the state.</summary>
internal static class SettingsJson
{
    // A setting that this program does not know means a result that it cannot make: better no result.
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    public static string Write(RequestSettings settings) => JsonSerializer.Serialize(settings, Options);

    /// <exception cref="GrainException">It is not what this program writes.</exception>
    public static RequestSettings Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<RequestSettings>(text, Options) ?? throw Unreadable(null);
        }
        catch (JsonException e)
        {
            throw Unreadable(e);
        }
    }

    private static GrainException Unreadable(JsonException? e) =>
        new("settings-unreadable", $"the request's settings cannot be read{(e is null ? "" : $" at {e.Path}")}");
}
