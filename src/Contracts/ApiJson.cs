using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vgpnn.Contracts;

/// <summary>JSON serialization of the API.</summary>
public static class ApiJson
{
    /// <summary>Options for clients, which ignore unknown members, so that they work with newer servers.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Configures serializer options. A server rejects unknown members (<paramref name="strict"/>), so that a misspelt name does not silently mean the default.</summary>
    public static void Configure(JsonSerializerOptions options, bool strict)
    {
        ArgumentNullException.ThrowIfNull(options);

        // JSON is never inserted into HTML, so non-ASCII letters need no escaping.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.IgnoreReadOnlyProperties = true;
        options.MaxDepth = 16;
        options.UnmappedMemberHandling = strict ? JsonUnmappedMemberHandling.Disallow : JsonUnmappedMemberHandling.Skip;
        foreach (JsonConverter converter in (JsonConverter[])
            [Names<VideoState>(), Names<WorkState>(), Names<KeyScope>(), Names<RequestApplication>(), Names<RequestInputRole>(), Names<OptionKind>()])
            options.Converters.Add(converter);
    }

    // Names of members are written in camel case.
    private static JsonStringEnumConverter<T> Names<T>()
        where T : struct, Enum => new(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Configure(options, strict: false);
        return options;
    }
}
