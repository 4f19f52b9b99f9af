using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Vgpnn.Synthesis.Manifest;

/// <summary>Writes the settings of a run as one flat object: the members of the record, then every option of the table.</summary>
public sealed class SettingsJson : JsonConverter<ManifestSettings>
{
    /// <inheritdoc/>
    public override ManifestSettings? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (JsonNode.Parse(ref reader) is not JsonObject all) throw new JsonException();
        ManifestSettings settings = all.Deserialize(PlainJson.Default.ManifestSettings)!;
        foreach (System.Text.Json.Serialization.Metadata.JsonPropertyInfo member in PlainJson.Default.ManifestSettings.Properties) all.Remove(member.Name);
        return settings with { Options = all };
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ManifestSettings value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        Write(writer, JsonSerializer.SerializeToNode(value, PlainJson.Default.ManifestSettings)!.AsObject());
        Write(writer, value.Options);
        writer.WriteEndObject();
    }

    // Members with parts stay on one line.
    private static void Write(Utf8JsonWriter writer, JsonObject members)
    {
        foreach ((string name, JsonNode? node) in members)
        {
            writer.WritePropertyName(name);
            if (node is JsonObject) writer.WriteRawValue(node.ToJsonString(), skipInputValidation: true);
            else if (node is null) writer.WriteNullValue();
            else node.WriteTo(writer);
        }
    }
}
