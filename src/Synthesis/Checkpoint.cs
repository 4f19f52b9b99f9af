using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Vgpnn.Kernels;

namespace Vgpnn.Synthesis;

/// <summary>The state of a run between two levels: a run that goes on from here ends in the same bits.</summary>
/// <param name="Level">Index of the finished level.</param>
/// <param name="Output">Its output y_n.</param>
public sealed record Checkpoint(int Level, Volume Output)
{
    private const uint Magic = 0x31435056; // "VPC1"

    /// <summary>
    /// Writes six little-endian 32-bit integers (format, level, frames, rows, columns, channels), the samples as 32-bit
    /// floats, and the SHA-256 of all that.
    /// </summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Extent e = Output.Extent;
        ReadOnlySpan<int> header = [(int)Magic, Level, e.T, e.H, e.W, Output.Channels];
        hash.AppendData(MemoryMarshal.AsBytes(header));
        stream.Write(MemoryMarshal.AsBytes(header));
        for (int t = 0; t < e.T; t++)
        {
            ReadOnlySpan<byte> frame = MemoryMarshal.AsBytes(Output.Frame(t));
            hash.AppendData(frame);
            stream.Write(frame);
        }

        stream.Write(hash.GetHashAndReset());
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is no checkpoint, or it was cut short or changed.</exception>
    public static Checkpoint Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var header = new int[6];
            stream.ReadExactly(MemoryMarshal.AsBytes(header.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(header.AsSpan()));
            var extent = new Extent(header[2], header[3], header[4]);
            if (header[0] != (int)Magic || header[1] < 0 || extent is not { T: > 0, H: > 0, W: > 0 } || header[5] is < 1 or > 64
                || (double)extent.T * extent.H * extent.W * header[5] > Volume.MaxSamples)
                throw new InvalidDataException("this is no checkpoint");
            var volume = new Volume(extent, header[5]);
            for (int t = 0; t < extent.T; t++)
            {
                Span<byte> frame = MemoryMarshal.AsBytes(volume.Frame(t));
                stream.ReadExactly(frame);
                hash.AppendData(frame);
            }

            Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
            stream.ReadExactly(stored);
            if (!stored.SequenceEqual(hash.GetHashAndReset())) throw new InvalidDataException("the checkpoint was changed");
            return new Checkpoint(header[1], volume);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("the checkpoint was cut short", e);
        }
    }
}
