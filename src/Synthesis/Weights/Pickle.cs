using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace Vgpnn.Synthesis.Weights;

/// <summary>A Python name in a pickle. It is never resolved.</summary>
internal sealed record PickleGlobal(string Module, string Name);

/// <summary>The values of tensors, as a pickle refers to them.</summary>
/// <param name="Kind">Type of its values.</param>
/// <param name="Key">Its name.</param>
/// <param name="Count">Number of values.</param>
/// <param name="First">Index of the first value that is used.</param>
/// <param name="Size">Bytes per value; 0 if unknown.</param>
internal sealed record PickleStorage(ElementKind Kind, string Key, long Count, long First, int Size);

/// <summary>A tensor: a view of a storage.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>An object that the reader does not interpret, such as bytes or a set.</summary>
internal sealed class PickleOpaque;

/// <summary>
/// Reads a pickle as data. Python's own reader runs any function that a pickle names; this one knows the few that PyTorch writes for tensors and containers,
/// and does their work itself. All others yield an inert object. Work and memory are bounded by the length of the pickle: values that two bytes can
/// refer to again are never copied without limit.
/// </summary>
internal sealed class Pickle
{
    // Limit for the sides of a tensor, and for the items of lists that become dictionaries.
    private const int MostSides = 16;
    private const int MostPairs = 1 << 18;

    private static readonly object Mark = new();

    private readonly Stream _stream;
    private readonly long _most;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memo = [];
    private readonly Dictionary<string, PickleStorage> _storages = new(StringComparer.Ordinal);
    private long _read;
    private int _pairs;

    private Pickle(Stream stream, long most) => (_stream, _most) = (stream, most);

    /// <summary>Reads one pickle up to its end, and nothing after it.</summary>
    /// <param name="stream">Positioned at the pickle's beginning.</param>
    /// <param name="most">Maximum number of bytes.</param>
    /// <returns>
    /// A string, long, double, bool, <c>null</c>, tuple (<c>object?[]</c>), list (<c>List</c>), dictionary (<c>Dictionary</c>), or one of the records above.
    /// </returns>
    /// <exception cref="WeightFormatException">The content is not a pickle, or uses opcodes that PyTorch does not write.</exception>
    /// <exception cref="EndOfStreamException">The pickle is truncated.</exception>
    public static object? Read(Stream stream, long most) => Read(stream, most, out _);

    /// <summary>Reads one pickle, and returns all storages that it refers to by their keys.</summary>
    public static object? Read(Stream stream, long most, out IReadOnlyDictionary<string, PickleStorage> storages)
    {
        var pickle = new Pickle(stream, most);
        storages = pickle._storages;
        return pickle.Run();
    }

    private object? Run()
    {
        while (true)
        {
            byte code = Byte();
            if (code == '.') return Pop();
            Step(code);
        }
    }

    // Opcodes as documented in Python's Lib/pickletools.py.
    private void Step(byte code)
    {
        switch ((char)code)
        {
            case '\x80': Byte(); break;
            case '\x95': Bytes(8); break;
            case '(': _stack.Add(Mark); break;
            case '0': Pop(); break;
            case '1': ToMark(); break;
            case '2': _stack.Add(Peek()); break;
            case 'N': _stack.Add(null); break;
            case '\x88': _stack.Add(true); break;
            case '\x89': _stack.Add(false); break;
            case 'K': _stack.Add((long)Byte()); break;
            case 'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;
            case 'J': _stack.Add((long)Int32()); break;
            case '\x8a': _stack.Add(Long(Bytes(Byte()))); break;
            case 'G': _stack.Add(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;
            case 'X': _stack.Add(Encoding.UTF8.GetString(Bytes(Int32()))); break;
            case 'T': _stack.Add(Encoding.UTF8.GetString(Bytes(Int32()))); break;
            case 'U' or '\x8c': _stack.Add(Encoding.UTF8.GetString(Bytes(Byte()))); break;
            case 'C': Bytes(Byte()); _stack.Add(new PickleOpaque()); break;
            case 'B': Bytes(Int32()); _stack.Add(new PickleOpaque()); break;
            case ')': _stack.Add(Array.Empty<object?>()); break;
            case 't': _stack.Add(ToMark()); break;
            case '\x85': _stack.Add(Last(1)); break;
            case '\x86': _stack.Add(Last(2)); break;
            case '\x87': _stack.Add(Last(3)); break;
            case ']': _stack.Add(new List<object?>()); break;
            case 'l': _stack.Add(new List<object?>(ToMark())); break;
            case 'a': Append([Pop()]); break;
            case 'e': Append(ToMark()); break;
            case '}': _stack.Add(new Dictionary<object, object?>()); break;
            case 'd': Set(ToMark(), new Dictionary<object, object?>()); break;
            case 's': Set(Last(2), null); break;
            case 'u': Set(ToMark(), null); break;
            case '\x8f': _stack.Add(new PickleOpaque()); break;
            case '\x90': ToMark(); break;
            case 'q': _memo[Byte()] = Peek(); break;
            case 'r': _memo[Int32()] = Peek(); break;
            case '\x94': _memo[_memo.Count] = Peek(); break;
            case 'h': _stack.Add(Recall(Byte())); break;
            case 'j': _stack.Add(Recall(Int32())); break;
            case 'c': _stack.Add(new PickleGlobal(Line(), Line())); break;
            case '\x93': object?[] names = Last(2); _stack.Add(new PickleGlobal(Text(names[0]), Text(names[1]))); break;
            case 'Q': _stack.Add(Storage(Pop())); break;
            case 'R' or '\x81': object?[] call = Last(2); _stack.Add(Call(call[0], call[1])); break;

            // Attributes of an object, such as the versions of layers in addition to a dictionary of tensors.
            case 'b': Pop(); break;
            default: throw new WeightFormatException($"its pickle contains opcode 0x{code:x2}, which PyTorch does not write");
        }
    }

    private object? Call(object? function, object? arguments)
    {
        if (function is not PickleGlobal global || arguments is not object?[] given) return new PickleOpaque();
        switch (global.Module, global.Name)
        {
            case ("collections", "OrderedDict"):
                var dictionary = new Dictionary<object, object?>();
                if (given is not [List<object?> pairs]) return dictionary;
                if ((_pairs += pairs.Count) > MostPairs) throw Broken();
                foreach (object? pair in pairs)
                    if (pair is IReadOnlyList<object?> and [{ } key, var value]) dictionary[Key(key)] = value;
                return dictionary;
            case ("torch._utils", "_rebuild_tensor_v2" or "_rebuild_tensor"):
                return given is [PickleStorage storage, long offset, object?[] shape, object?[] strides, ..]
                    && shape.Length == strides.Length && shape.Length <= MostSides
                    ? new PickleTensor(storage, offset, [.. shape.Select(Number)], [.. strides.Select(Number)])
                    : throw new WeightFormatException("its pickle describes a tensor in an unsupported way");
            case ("torch._utils", "_rebuild_parameter"):
                return given is [PickleTensor tensor, ..] ? tensor : new PickleOpaque();
            default:
                return new PickleOpaque();
        }
    }

    private object Storage(object? id)
    {
        if (id is not object?[] parts || parts is not ["storage", PickleGlobal type, string key, _, long count, ..])
            return new PickleOpaque();
        long first = parts is [_, _, _, _, _, object?[] and [_, long begin, _]] ? begin : 0;
        (ElementKind kind, int size) = type.Name switch
        {
            "FloatStorage" => (ElementKind.Float32, 4),
            "DoubleStorage" => (ElementKind.Float64, 8),
            "HalfStorage" => (ElementKind.Float16, 2),
            "BFloat16Storage" => (ElementKind.BFloat16, 2),
            "LongStorage" or "ComplexFloatStorage" => (ElementKind.Other, 8),
            "IntStorage" => (ElementKind.Other, 4),
            "ShortStorage" => (ElementKind.Other, 2),
            "CharStorage" or "ByteStorage" or "BoolStorage" => (ElementKind.Other, 1),
            _ => (ElementKind.Other, 0),
        };
        if (count < 0 || first < 0) throw Broken();
        var storage = new PickleStorage(kind, key, count, first, size);
        _storages[key] = storage;
        return storage;
    }

    private void Append(object?[] items)
    {
        if (Peek() is List<object?> list) list.AddRange(items);
        else if (Peek() is not PickleOpaque) throw Broken();
    }

    // Items alternate between keys and values; they are added to a new dictionary, or to the one below them on the stack.
    private void Set(object?[] items, Dictionary<object, object?>? into)
    {
        if (into is not null) _stack.Add(into);
        if (items.Length % 2 != 0) throw Broken();
        if (Peek() is PickleOpaque) return;
        if (Peek() is not Dictionary<object, object?> dictionary) throw Broken();
        for (int i = 0; i < items.Length; i += 2) dictionary[Key(items[i])] = items[i + 1];
    }

    // Only names: hashing a tuple that contains itself would never end, and numbers can be chosen to share one hash.
    private static object Key(object? key) => key is string ? key : new PickleOpaque();

    private static long Number(object? value) => value is long number ? number : throw Broken();

    private static string Text(object? value) => value as string ?? throw Broken();

    // Longer integers are not needed: the longest is the magic number of the legacy format.
    private static object Long(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long)) return new PickleOpaque();
        return (long)new BigInteger(bytes);
    }

    private object? Recall(long place) => _memo.TryGetValue(place, out object? value) ? value : throw Broken();

    private object? Peek() => _stack.Count > 0 && _stack[^1] != Mark ? _stack[^1] : throw Broken();

    private object? Pop() => Last(1)[0];

    private object?[] Last(int count)
    {
        if (_stack.Count < count) throw Broken();
        object?[] items = [.. _stack[^count..]];
        if (Array.IndexOf(items, Mark) >= 0) throw Broken();
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private object?[] ToMark()
    {
        int mark = _stack.LastIndexOf(Mark);
        if (mark < 0) throw Broken();
        object?[] items = [.. _stack[(mark + 1)..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private string Line()
    {
        var line = new List<byte>();
        for (byte b = Byte(); b != '\n'; b = Byte()) line.Add(b);
        return Encoding.UTF8.GetString([.. line]);
    }

    private int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    private byte Byte() => Bytes(1)[0];

    private byte[] Bytes(int count)
    {
        if (count < 0 || count > _most - _read) throw new WeightFormatException("its pickle is longer than that of any supported network");
        _read += count;
        byte[] bytes = new byte[count];
        _stream.ReadExactly(bytes);
        return bytes;
    }

    private static WeightFormatException Broken() => new("its pickle is invalid");
}
