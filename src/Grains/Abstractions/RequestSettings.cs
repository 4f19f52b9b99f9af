using System.Text.Json;
using System.Text.Json.Serialization;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Grains.Abstractions;

/// <summary>What is wanted of the inputs: the options of the method, and what is read of the input.</summary>
public sealed record RequestSettings
{
    // A setting that this program does not know means a result that it cannot make.
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        IgnoreReadOnlyProperties = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
    };

    /// <summary>The options of the method; <c>null</c> members are left to the program.</summary>
    public required MethodOptions Options { get; init; }

    /// <summary>First frame used, counted from 1; <c>null</c>: from the first.</summary>
    public int? FirstFrame { get; init; }

    /// <summary>Last frame used, counted from 1; <c>null</c>: up to the last.</summary>
    public int? LastFrame { get; init; }

    /// <summary>Height to which taller frames are downscaled; <c>null</c>: no limit.</summary>
    public int? MaxHeight { get; init; }

    /// <summary>Frame rate of inputs and samples, a number or a fraction; <c>null</c>: the input's.</summary>
    public string? FrameRate { get; init; }

    /// <summary>The settings as JSON.</summary>
    public string Write() => JsonSerializer.Serialize(this, Json);

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="GrainException"><c>settings-unreadable</c>.</exception>
    public static RequestSettings Read(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<RequestSettings>(text, Json) ?? throw Unreadable(null);
        }
        catch (JsonException e)
        {
            throw Unreadable(e);
        }
    }

    /// <summary>The application that settings are for; <c>null</c>: they cannot be read.</summary>
    public static Application? ApplicationOf(string text)
    {
        try
        {
            return Read(text).Options.Application;
        }
        catch (GrainException)
        {
            return null;
        }
    }

    /// <summary>What is read of an input in this role; a mask may be a still picture, and the frame range is the input's.</summary>
    public ReadOptions ReadOptions(InputRole role) => new()
    {
        Frames = role.IsSource() || (FirstFrame is null && LastFrame is null) ? null : new FrameRange(FirstFrame ?? 1, LastFrame),
        MaxHeight = MaxHeight,
        Still = role == InputRole.Mask,
    };

    private static GrainException Unreadable(JsonException? e) =>
        new("settings-unreadable", $"the request's settings cannot be read{(e is null ? "" : $" at {e.Path}")}");
}
