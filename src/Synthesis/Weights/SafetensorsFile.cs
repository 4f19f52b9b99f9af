using System.Buffers.Binary;
using System.Text.Json;

namespace Vgpnn.Synthesis.Weights;

/// <summary>Safetensors: eight bytes with the length of a header, a header in JSON, and the values.</summary>
internal static class SafetensorsFile
{
    private const long MostHeader = 4L << 20;
    private const int LengthBytes = 8;

    /// <summary>Whether a file with this beginning can be in the format.</summary>
    public static bool Is(ReadOnlySpan<byte> start) =>
        start.Length > LengthBytes && start[LengthBytes] == '{' && BinaryPrimitives.ReadInt64LittleEndian(start) is > 1 and <= MostHeader;

    /// <summary>The tensors of a file.</summary>
    /// <param name="file">Positioned at its beginning.</param>
    /// <param name="bytes">Reads it at any position.</param>
    public static Dictionary<string, StoredTensor> Read(Stream file, ReadAt bytes)
    {
        byte[] length = new byte[LengthBytes];
        file.ReadExactly(length);
        byte[] header = new byte[BinaryPrimitives.ReadInt64LittleEndian(length)];
        file.ReadExactly(header);
        using JsonDocument document = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            if (property.NameEquals("__metadata__")) continue;
            long[] shape = Numbers(property.Value, "shape"), place = Numbers(property.Value, "data_offsets");
            ElementKind kind = property.Value.GetProperty("dtype").GetString() switch
            {
                "F32" => ElementKind.Float32,
                "F64" => ElementKind.Float64,
                "F16" => ElementKind.Float16,
                "BF16" => ElementKind.BFloat16,
                _ => ElementKind.Other,
            };
            if (place is not [>= 0, _] || shape.Any(s => s < 0)) throw new WeightFormatException("its header is invalid");
            long size = shape.Aggregate((long)StoredTensor.SizeOf(kind), (a, b) => checked(a * b));
            if (kind != ElementKind.Other && place[1] - place[0] != size) throw new WeightFormatException("its header is inconsistent");
            tensors[property.Name] = StoredTensor.Dense(kind, shape, checked(LengthBytes + header.Length + place[0]), bytes);
        }

        return tensors;
    }

    private static long[] Numbers(JsonElement tensor, string name) =>
        [.. tensor.GetProperty(name).EnumerateArray().Select(n => n.GetInt64())];
}
