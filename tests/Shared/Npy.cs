using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Vgpnn.Testing;

/// <summary>An array read from a <c>.npy</c> file (format 1.0, little-endian, C order) of type f4, f8, i4 or u1.</summary>
internal sealed partial class Npy
{
    private readonly double[] _values;

    private Npy(int[] shape, double[] values)
    {
        Shape = shape;
        _values = values;
    }

    public int[] Shape { get; }

    /// <summary>The elements in C order; a double holds each of the four types exactly.</summary>
    public ReadOnlySpan<double> Values => _values;

    public int[] Ints => Array.ConvertAll(_values, v => checked((int)v));

    public static Npy Read(string path) => Parse(File.ReadAllBytes(path), path);

    /// <param name="bytes">The whole file.</param>
    /// <param name="path">Name of the file in messages.</param>
    public static Npy Parse(byte[] bytes, string path)
    {
        if (!bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0]))
            throw new InvalidDataException($"{path} is no .npy file of format 1.0");
        int dataStart = 10 + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(8));
        string header = Encoding.Latin1.GetString(bytes, 10, dataStart - 10);
        if (!header.Contains("'fortran_order': False", StringComparison.Ordinal)) throw new InvalidDataException($"{path} is not in C order");
        string type = TypePattern().Match(header).Groups[1].Value;
        int[] shape = ShapePattern().Match(header).Groups[1].Value
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        int count = shape.Aggregate(1, (a, b) => a * b);
        int size = type[2] - '0';
        ReadOnlySpan<byte> data = bytes.AsSpan(dataStart);
        if (data.Length != count * size) throw new InvalidDataException($"{path} has the wrong length");
        var values = new double[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> element = data[(i * size)..];
            values[i] = type switch
            {
                "<f4" => BinaryPrimitives.ReadSingleLittleEndian(element),
                "<f8" => BinaryPrimitives.ReadDoubleLittleEndian(element),
                "<i4" => BinaryPrimitives.ReadInt32LittleEndian(element),
                "|u1" => element[0],
                _ => throw new InvalidDataException($"{path} has elements of type {type}"),
            };
        }

        return new Npy(shape, values);
    }

    [GeneratedRegex(@"'descr': '([^']+)'")]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"'shape': \(([^)]*)\)")]
    private static partial Regex ShapePattern();
}
