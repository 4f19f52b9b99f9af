namespace Vgpnn.Synthesis.Weights;

/// <summary>How a number is stored, always with its lowest byte first.</summary>
internal enum ElementKind
{
    Float32,
    Float64,
    Float16,
    BFloat16,

    /// <summary>Something that is no weight: counters, masks.</summary>
    Other,
}

/// <summary>Fills <paramref name="bytes"/> from byte <paramref name="first"/> of whatever holds a tensor on.</summary>
internal delegate void ReadAt(long first, Span<byte> bytes);

/// <summary>A tensor in a file.</summary>
/// <param name="Kind">How its numbers are stored.</param>
/// <param name="Shape">Its sides.</param>
/// <param name="Strides">Numbers from one index of a side to the next.</param>
/// <param name="FirstByte">Where its first number is.</param>
/// <param name="Bytes">Reads what holds it.</param>
internal sealed record StoredTensor(ElementKind Kind, long[] Shape, long[] Strides, long FirstByte, ReadAt Bytes)
{
    // The largest layer of the networks has 7 million numbers; a view may leave some out.
    private const long MostSpan = 1L << 26;

    /// <summary>A tensor without gaps, the last side fastest.</summary>
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

    /// <summary>Numbers from the first to the last one, both included; 0 for none.</summary>
    /// <exception cref="WeightFormatException">The layout makes no sense.</exception>
    public static long SpanOf(long[] shape, long[] strides)
    {
        if (shape.Any(s => s < 0) || strides.Any(s => s < 0)) throw new WeightFormatException("its layout makes no sense");
        if (shape.Contains(0)) return 0;
        long span = 1;
        for (int i = 0; i < shape.Length; i++) span = checked(span + ((shape[i] - 1) * strides[i]));
        return span;
    }

    /// <summary>Bytes of a number.</summary>
    public static int SizeOf(ElementKind kind) => kind switch { ElementKind.Float64 => 8, ElementKind.Float32 => 4, _ => 2 };

    /// <summary>The numbers in C order.</summary>
    /// <exception cref="WeightFormatException">They are no floats, or are laid out as no program does it.</exception>
    /// <exception cref="EndOfStreamException">The file ends before them.</exception>
    public float[] Read()
    {
        if (Kind == ElementKind.Other) throw new WeightFormatException("its numbers are of a kind that weights are not");
        long count = Shape.Aggregate(1L, (a, b) => checked(a * b)), span = SpanOf(Shape, Strides);
        if (FirstByte < 0) throw new WeightFormatException("its layout makes no sense");
        if (count > MostSpan || span > MostSpan) throw new WeightFormatException("it is larger than any layer");
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
