using System.IO.Compression;

namespace Vgpnn.Synthesis.Weights;

/// <summary>Reads members of an archive. A few bytes can unpack to any size, so the sum of unpacked bytes is limited.</summary>
internal sealed class ArchiveMembers
{
    // Five times the size of all layers of C3D.
    private const long MostBytes = 2L << 30;

    private readonly byte[] _waste = new byte[1 << 16];
    private long _unpacked;

    /// <summary>Reads a member at any position; a compressed member is unpacked from its beginning.</summary>
    public ReadAt Of(ZipArchiveEntry entry) => (first, bytes) =>
    {
        if (first > entry.Length || bytes.Length > entry.Length - first) throw new EndOfStreamException();
        _unpacked = checked(_unpacked + first + bytes.Length);
        if (_unpacked > MostBytes) throw new WeightFormatException("it unpacks to more bytes than any supported network has");
        using Stream stream = entry.Open();
        for (; first > 0; first -= _waste.Length) stream.ReadExactly(_waste, 0, (int)Math.Min(first, _waste.Length));
        stream.ReadExactly(bytes);
    };
}
