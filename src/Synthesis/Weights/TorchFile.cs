using System.Buffers.Binary;
using System.IO.Compression;

namespace Vgpnn.Synthesis.Weights;

/// <summary>
/// Files of PyTorch's <c>torch.save</c>: a pickle that describes tensors, and their values. Since version 1.6 that is a zip archive
/// (<c>NAME/data.pkl</c>, <c>NAME/data/0</c>, …); earlier it was a sequence of pickles followed by the values.
/// </summary>
internal static class TorchFile
{
    // The official networks' pickles have about 20 KiB.
    private const long MostPickle = 4L << 20;
    private const string PickleName = "data.pkl";

    // Keys under which training programs save the tensors together with other objects.
    private static readonly string[] Wrappers = ["state_dict", "model_state_dict", "model"];

    /// <summary>The first pickle of the legacy format: a magic number.</summary>
    public static ReadOnlySpan<byte> LegacyMagic => [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    /// <summary>The pickle of a zip archive; <c>null</c> if PyTorch did not write the archive.</summary>
    public static ZipArchiveEntry? PickleOf(ZipArchive archive) =>
        archive.Entries.FirstOrDefault(e => e.FullName == PickleName || e.FullName.EndsWith("/" + PickleName, StringComparison.Ordinal));

    /// <summary>The tensors of an archive.</summary>
    public static Dictionary<string, StoredTensor> ReadZip(ZipArchive archive, ZipArchiveEntry pickle)
    {
        string root = pickle.FullName[..^PickleName.Length];
        if (archive.GetEntry(root + "byteorder") is { } order && ReadAll(order, 16) is not [(byte)'l', ..])
            throw OtherByteOrder();
        using var bytes = new MemoryStream(ReadAll(pickle, MostPickle));
        var members = new ArchiveMembers();
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach ((string name, PickleTensor tensor) in TensorsIn(Pickle.Read(bytes, MostPickle)))
        {
            ZipArchiveEntry? numbers = archive.GetEntry($"{root}data/{tensor.Storage.Key}");
            if (numbers is not null) tensors[name] = Stored(tensor, 0, members.Of(numbers));
        }

        return tensors;
    }

    /// <summary>The tensors of a file in the format before version 1.6, in a seekable stream.</summary>
    /// <param name="file">Positioned at its beginning.</param>
    /// <param name="bytes">Reads it at any position.</param>
    public static Dictionary<string, StoredTensor> ReadLegacy(Stream file, ReadAt bytes)
    {
        // The magic number, the version of the format, properties of the machine.
        for (int i = 0; i < 2; i++) Pickle.Read(file, MostPickle);
        if (Pickle.Read(file, MostPickle) is Dictionary<object, object?> machine && machine.TryGetValue("little_endian", out object? little) && little is false)
            throw OtherByteOrder();
        (string Name, PickleTensor Tensor)[] found = [.. TensorsIn(Pickle.Read(file, MostPickle, out IReadOnlyDictionary<string, PickleStorage> storages))];
        if (Pickle.Read(file, MostPickle) is not List<object?> keys) throw new WeightFormatException("it has no list of tensors");
        var places = new Dictionary<string, long>(StringComparer.Ordinal);
        byte[] count = new byte[sizeof(long)];
        foreach (object? key in keys)
        {
            // Storages follow each other without gaps, so the sizes of all must be known, also those of optimisers.
            if (key is not string name || !storages.TryGetValue(name, out PickleStorage? storage) || storage.Size == 0)
                throw new WeightFormatException("it contains values of an unknown type");
            file.ReadExactly(count);
            long numbers = BinaryPrimitives.ReadInt64LittleEndian(count);
            if (numbers != storage.Count) throw new WeightFormatException("its tensors have inconsistent lengths");
            places[name] = file.Position;
            long length = checked(numbers * storage.Size);
            if (length > file.Length - file.Position) throw new EndOfStreamException();
            file.Position += length;
        }

        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach ((string name, PickleTensor tensor) in found)
            if (places.TryGetValue(tensor.Storage.Key, out long place)) tensors[name] = Stored(tensor, place, bytes);
        return tensors;
    }

    private static StoredTensor Stored(PickleTensor tensor, long place, ReadAt bytes)
    {
        PickleStorage storage = tensor.Storage;
        if (checked(storage.First + tensor.Offset + StoredTensor.SpanOf(tensor.Shape, tensor.Strides)) > storage.Count)
            throw new WeightFormatException("one of its tensors reaches beyond the stored values");
        long first = checked(place + ((storage.First + tensor.Offset) * StoredTensor.SizeOf(storage.Kind)));
        return new StoredTensor(storage.Kind, tensor.Shape, tensor.Strides, first, bytes);
    }

    private static WeightFormatException OtherByteOrder() => new("it is big-endian");

    private static IEnumerable<(string Name, PickleTensor Tensor)> TensorsIn(object? root)
    {
        if (root is not Dictionary<object, object?> all)
            throw new WeightFormatException("it contains no dictionary of tensors; save the network's state_dict()");
        foreach (string wrapper in Wrappers)
            if (all.TryGetValue(wrapper, out object? inner) && inner is Dictionary<object, object?> wrapped) all = wrapped;
        foreach ((object key, object? value) in all)
            if (key is string name && value is PickleTensor tensor) yield return (name, tensor);
    }

    private static byte[] ReadAll(ZipArchiveEntry entry, long most)
    {
        if (entry.Length > most) throw new WeightFormatException($"its member {entry.Name} is larger than that of any supported network");
        byte[] bytes = new byte[entry.Length];
        using Stream stream = entry.Open();
        stream.ReadExactly(bytes);
        return bytes;
    }
}
