using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Manifest;

/// <summary>Keeps small things on one line of an indented file: a list of twenty levels takes twenty lines.</summary>
/// <typeparam name="T">What is small.</typeparam>
/// <param name="plain">How it is written without this converter.</param>
/// <param name="inList">Whether it stands in a list, where the writer starts no new line for raw text.</param>
public abstract class OneLine<T>(JsonTypeInfo<T> plain, bool inList = false) : JsonConverter<T>
{
    /// <inheritdoc/>
    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, plain);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        string newLine = inList && writer.Options.Indented ? $"\n{new string(' ', writer.CurrentDepth * writer.Options.IndentSize)}" : "";
        writer.WriteRawValue(newLine + JsonSerializer.Serialize(value, plain), skipInputValidation: true);
    }
}

/// <summary>A size on one line.</summary>
public sealed class SizeOnOneLine() : OneLine<ManifestSize>(PlainJson.Default.ManifestSize);

/// <summary>A level on one line.</summary>
public sealed class LevelOnOneLine() : OneLine<ManifestLevel>(PlainJson.Default.ManifestLevel, inList: true);

/// <summary>A level's timing on one line.</summary>
public sealed class TimingOnOneLine() : OneLine<ManifestTiming>(PlainJson.Default.ManifestTiming, inList: true);

/// <summary>The same things without converters.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(LowerCaseNames<Application>)])]
[JsonSerializable(typeof(ManifestSettings))]
[JsonSerializable(typeof(ManifestSize))]
[JsonSerializable(typeof(ManifestLevel))]
[JsonSerializable(typeof(ManifestTiming))]
internal sealed partial class PlainJson : JsonSerializerContext;
