using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vgpnn.Grains.Indices;

/// <summary>Writes an <see cref="IndexSet"/> as a JSON string such as <c>"0-9,12"</c>.</summary>
public sealed class IndexSetConverter : JsonConverter<IndexSet>
{
    /// <inheritdoc/>
    public override IndexSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && IndexSet.TryParse(reader.GetString(), out IndexSet? set)
            ? set
            : throw new JsonException("an index set must be a string such as \"0-9,12\"");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IndexSet value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStringValue(value.ToString());
    }
}
