namespace Vgpnn.Synthesis.Weights;

/// <summary>Type of stored values, always little-endian.</summary>
internal enum ElementKind
{
    Float32,
    Float64,
    Float16,
    BFloat16,

    /// <summary>Any type that is not a weight: counters, masks.</summary>
    Other,
}

/// <summary>Fills <paramref name="bytes"/> from byte <paramref name="first"/> of a file or archive member on.</summary>
internal delegate void ReadAt(long first, Span<byte> bytes);

/// <summary>A tensor in a file.</summary>
/// <param name="Kind">Type of its values.</param>
/// <param name="Shape">Its sides.</param>
/// <param name="Strides">Distance in values from one index of a side to the next.</param>
/// <param name="FirstByte">Offset of its first value.</param>
/// <param name="Bytes">Reads the file or archive member.</param>
internal sealed record StoredTensor(ElementKind Kind, long[] Shape, long[] Strides, long FirstByte, ReadAt Bytes)
{
    // The largest layer of the networks has 7 million values; a view may skip some.
    private const long MostSpan = 1L << 26;

    /// <summary>A tensor without gaps in C order.</summary>
    public static StoredTensor Dense(ElementKind kind, long[] shape, long firstByte, ReadAt bytes)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride = checked(stride * Math.Max(1, shape[i]));
        }

        return new StoredTensor(kind, shape, strides, firstByte, bytes);
    }

    /// <summary>Number of values from the first to the last, both included; 0 for an empty tensor.</summary>
    /// <exception cref="WeightFormatException">The layout is invalid.</exception>
    public static long SpanOf(long[] shape, long[] strides)
    {
        if (shape.Any(s => s < 0) || strides.Any(s => s < 0)) throw new WeightFormatException("its layout is invalid");
        if (shape.Contains(0)) return 0;
        long span = 1;
        for (int i = 0; i < shape.Length; i++) span = checked(span + ((shape[i] - 1) * strides[i]));
        return span;
    }

    /// <summary>Bytes per value.</summary>
    public static int SizeOf(ElementKind kind) => kind switch { ElementKind.Float64 => 8, ElementKind.Float32 => 4, _ => 2 };

    /// <summary>The values in C order.</summary>
    /// <exception cref="WeightFormatException">The values are no floats, or their layout is invalid.</exception>
    /// <exception cref="EndOfStreamException">The file is truncated.</exception>
    public float[] Read()
    {
        if (Kind == ElementKind.Other) throw new WeightFormatException("it contains a tensor whose values are not floats");
        long count = Shape.Aggregate(1L, (a, b) => checked(a * b)), span = SpanOf(Shape, Strides);
        if (FirstByte < 0) throw new WeightFormatException("its layout is invalid");
        if (count > MostSpan || span > MostSpan) throw new WeightFormatException("it contains a tensor larger than any supported layer");
        if (count == 0) return [];
        int size = SizeOf(Kind);
        byte[] bytes = new byte[span * size];
        Bytes(FirstByte, bytes);
        var values = new float[count];
        var index = new long[Shape.Length];
        long at = 0;
        foreach (ref float value in values.AsSpan())
        {
            value = Number(bytes.AsSpan((int)(at * size)));
            for (int i = Shape.Length - 1; i >= 0; i--)
            {
                at += Strides[i];
                if (++index[i] < Shape[i]) break;
                at -= Shape[i] * Strides[i];
                index[i] = 0;
            }
        }

        return values;
    }

    private float Number(ReadOnlySpan<byte> bytes) => Kind switch
    {
        ElementKind.Float64 => (float)BitConverter.ToDouble(bytes),
        ElementKind.Float32 => BitConverter.ToSingle(bytes),
        ElementKind.Float16 => (float)BitConverter.ToHalf(bytes),
        _ => BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(bytes) << 16),
    };
}
