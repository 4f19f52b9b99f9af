using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vgpnn.Contracts;

/// <summary>How the API's bodies are written and read.</summary>
public static class ApiJson
{
    /// <summary>For readers: what they do not know they skip, so that a newer server can be talked to.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Sets the options up. A server refuses what it does not know: a slip of the hand must not be taken for a default.</summary>
    public static void Configure(JsonSerializerOptions options, bool strict)
    {
        ArgumentNullException.ThrowIfNull(options);

        // Nothing of it is ever put into a page as it is: letters beyond ASCII stay readable.
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

    // Single words in lower case.
    private static JsonStringEnumConverter<T> Names<T>()
        where T : struct, Enum => new(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Configure(options, strict: false);
        return options;
    }
}
