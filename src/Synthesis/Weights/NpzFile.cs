using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace Vgpnn.Synthesis.Weights;

/// <summary>NumPy's <c>npz</c>: a zip archive of <c>NAME.npy</c>, each with a header in Python's notation and the array's values.</summary>
internal static partial class NpzFile
{
    private const string Extension = ".npy";
    private const int MostHeader = 1 << 16;

    /// <summary>The tensors of an archive.</summary>
    public static Dictionary<string, StoredTensor> Read(ZipArchive archive)
    {
        var members = new ArchiveMembers();
        var tensors = new Dictionary<string, StoredTensor>(StringComparer.Ordinal);
        foreach (ZipArchiveEntry entry in archive.Entries)
            if (entry.FullName.EndsWith(Extension, StringComparison.Ordinal))
                tensors[entry.FullName[..^Extension.Length]] = Tensor(entry, members);
        return tensors;
    }

    private static StoredTensor Tensor(ZipArchiveEntry entry, ArchiveMembers members)
    {
        using Stream stream = entry.Open();
        byte[] start = new byte[8];
        stream.ReadExactly(start);
        if (start[0] != 0x93 || !start.AsSpan(1).StartsWith("NUMPY"u8))
            throw new WeightFormatException($"its member {entry.Name} is not a NumPy array");
        byte[] length = new byte[start[6] == 1 ? 2 : 4];
        stream.ReadExactly(length);
        long count = length.Length == 2 ? BitConverter.ToUInt16(length) : BitConverter.ToUInt32(length);
        if (count > MostHeader) throw new WeightFormatException($"the header of its member {entry.Name} is too long");
        byte[] bytes = new byte[count];
        stream.ReadExactly(bytes);
        Match header = Header().Match(Encoding.Latin1.GetString(bytes));
        if (!header.Success) throw new WeightFormatException($"the header of its member {entry.Name} is invalid");
        long[] shape =
        [
            .. header.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(n => long.Parse(n, NumberStyles.None, CultureInfo.InvariantCulture)),
        ];
        ElementKind kind = header.Groups["type"].Value switch
        {
            "<f4" => ElementKind.Float32,
            "<f8" => ElementKind.Float64,
            "<f2" => ElementKind.Float16,
            _ => ElementKind.Other,
        };
        long first = start.Length + length.Length + count;
        if (header.Groups["fortran"].Value == "False") return StoredTensor.Dense(kind, shape, first, members.Of(entry));

        // Fortran order: the first side is the fastest.
        StoredTensor reversed = StoredTensor.Dense(kind, [.. shape.Reverse()], first, members.Of(entry));
        return reversed with { Shape = shape, Strides = [.. reversed.Strides.Reverse()] };
    }

    [GeneratedRegex(
        @"^\{'descr': '(?<type>[^']{1,8})', 'fortran_order': (?<fortran>True|False), 'shape': \((?<shape>[0-9, ]{0,200})\),? ?\}\s*$",
        RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();
}
