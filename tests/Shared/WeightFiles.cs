using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Vgpnn.Kernels.Networks;
using Vgpnn.Kernels.Networks.Raft;

namespace Vgpnn.Testing;

/// <summary>A tensor to be written.</summary>
internal sealed record WeightTensor(string Name, int[] Shape, float[] Values)
{
    public byte[] Bytes => MemoryMarshal.AsBytes<float>(Values).ToArray();
}

/// <summary>Files of weights as other programs write them.</summary>
internal static class WeightFiles
{
    public static readonly string[] Formats = ["pth", "legacy.pth", "safetensors", "npz"];

    /// <summary>All weights of RAFT by rule.</summary>
    public static WeightTensor[] Raft(bool small)
    {
        var source = new RuleWeights(small);
        _ = new RaftFlow(source);
        return Made(source);
    }

    /// <summary>The weights of C3D up to a layer by rule.</summary>
    public static WeightTensor[] C3d(C3dLayer layer)
    {
        var source = new RuleWeights();
        _ = new C3d(source, layer);
        return Made(source);
    }

    /// <summary>A file in one of the <see cref="Formats"/>.</summary>
    public static byte[] Write(string format, params WeightTensor[] tensors) => format switch
    {
        "pth" => Torch(tensors),
        "legacy.pth" => TorchLegacy(tensors),
        "safetensors" => Safetensors(tensors),
        "npz" => Npz(tensors),
        _ => throw new ArgumentOutOfRangeException(nameof(format)),
    };

    public static byte[] Safetensors(params WeightTensor[] tensors)
    {
        long at = 0;
        var header = new Dictionary<string, object>();
        foreach (WeightTensor t in tensors)
            header[t.Name] = new { dtype = "F32", shape = t.Shape, data_offsets = (long[])[at, at += 4L * t.Values.Length] };
        return Safetensors(JsonSerializer.Serialize(header), [.. tensors.SelectMany(t => t.Bytes)]);
    }

    public static byte[] Safetensors(string header, byte[] numbers)
    {
        byte[] text = Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. numbers];
    }

    public static byte[] Npz(params WeightTensor[] tensors) => Zip([.. tensors.Select(t =>
        ($"{t.Name}.npy", Npy($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Concat(t.Shape.Select(s => $"{s}, "))}), }}", t.Bytes)))]);

    public static byte[] Npy(string header, byte[] numbers)
    {
        byte[] text = Encoding.Latin1.GetBytes(header + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. numbers];
    }

    public static byte[] Torch(params WeightTensor[] tensors)
    {
        var pickle = new PickleWriter();
        pickle.Tensors(tensors);
        return Torch(pickle.End(), [.. tensors.Select((t, i) => ($"data/{i}", t.Bytes))]);
    }

    public static byte[] Torch(byte[] pickle, params (string Name, byte[] Bytes)[] members) =>
        Zip([("archive/data.pkl", pickle), .. members.Select(m => ($"archive/{m.Name}", m.Bytes))], CompressionLevel.NoCompression);

    public static byte[] TorchLegacy(params WeightTensor[] tensors)
    {
        var pickle = new PickleWriter();
        pickle.Tensors(tensors);
        byte[] magic = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];
        var file = new List<byte>([.. magic, 0x80, 2, (byte)'M', 0xe9, 3, (byte)'.', 0x80, 2, (byte)'}', (byte)'.', .. pickle.End()]);
        var keys = new PickleWriter();
        keys.Op("](");
        for (int i = 0; i < tensors.Length; i++) keys.Text($"{i}");
        keys.Op("e");
        file.AddRange(keys.End());
        foreach (WeightTensor t in tensors)
        {
            byte[] count = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(count, t.Values.Length);
            file.AddRange(count);
            file.AddRange(t.Bytes);
        }

        return [.. file];
    }

    public static byte[] Zip((string Name, byte[] Bytes)[] members, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] bytes) in members)
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    private static WeightTensor[] Made(RuleWeights source) =>
        [.. source.Asked.DistinctBy(a => a.Name).Select(a => new WeightTensor(a.Name, a.Shape, RuleWeights.Make(a.Name, a.Shape)))];
}

/// <summary>Writes pickles as PyTorch does, and as it does not. Opcodes as documented in Python's pickletools.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [];

    public PickleWriter() => Op("\x80\x02");

    public void Op(string codes) => _bytes.AddRange(Encoding.Latin1.GetBytes(codes));

    public void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Op("X");
        Int32(bytes.Length);
        _bytes.AddRange(bytes);
    }

    public void Global(string module, string name) => Op($"c{module}\n{name}\n");

    public void Number(long number)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        Op("\x8a\x08");
        _bytes.AddRange(bytes);
    }

    /// <summary>A dictionary of tensors, each with a storage of its own.</summary>
    public void Tensors(params WeightTensor[] tensors)
    {
        Global("collections", "OrderedDict");
        Op(")R(");
        for (int i = 0; i < tensors.Length; i++)
        {
            Text(tensors[i].Name);
            long[] strides = new long[tensors[i].Shape.Length];
            long stride = 1;
            for (int k = strides.Length - 1; k >= 0; k--) (strides[k], stride) = (stride, stride * tensors[i].Shape[k]);
            Tensor($"{i}", tensors[i].Values.Length, 0, [.. tensors[i].Shape.Select(s => (long)s)], strides);
        }

        Op("u");
    }

    public void Tensor(string key, long count, long offset, long[] shape, long[] strides, string type = "FloatStorage")
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Op("((");
        Text("storage");
        Global("torch", type);
        Text(key);
        Text("cpu");
        Number(count);
        Op("tQ");
        Number(offset);
        foreach (long[] numbers in (long[][])[shape, strides])
        {
            Op("(");
            foreach (long n in numbers) Number(n);
            Op("t");
        }

        Op("\x89");
        Global("collections", "OrderedDict");
        Op(")RtR");
    }

    public byte[] End()
    {
        Op(".");
        return [.. _bytes];
    }

    private void Int32(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        _bytes.AddRange(bytes);
    }
}
