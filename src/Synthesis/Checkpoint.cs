using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Vgpnn.Kernels;

namespace Vgpnn.Synthesis;

/// <summary>The state of a run between two levels: a run that goes on from here ends in the same bits.</summary>
/// <param name="Level">Index of the finished level.</param>
/// <param name="Output">Its output y_n, of floats or, by the fast engine, of bytes.</param>
public sealed record Checkpoint(int Level, Volume Output)
{
    private const int Magic = 0x31435056; // "VPC1"

    /// <summary>
    /// Writes seven little-endian 32-bit integers (format, level, frames, rows, columns, channels, bytes a sample), the
    /// samples as 32-bit floats or bytes, and the SHA-256 of all that.
    /// </summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Extent e = Output.Extent;
        ReadOnlySpan<int> header = [Magic, Level, e.T, e.H, e.W, Output.Channels, Output is Volume<float> ? 4 : 1];
        hash.AppendData(MemoryMarshal.AsBytes(header));
        stream.Write(MemoryMarshal.AsBytes(header));
        for (int t = 0; t < e.T; t++)
        {
            ReadOnlySpan<byte> frame = Frame(Output, t);
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
            var header = new int[7];
            stream.ReadExactly(MemoryMarshal.AsBytes(header.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(header.AsSpan()));
            var extent = new Extent(header[2], header[3], header[4]);
            if (header[0] != Magic || header[1] < 0 || extent is not { T: > 0, H: > 0, W: > 0 } || header[5] is < 1 or > 64 || header[6] is not (1 or 4)
                || (double)extent.T * extent.H * extent.W * header[5] > Volume.MaxSamples)
                throw new InvalidDataException("this is no checkpoint");
            Volume volume = header[6] == 4 ? new Volume<float>(extent, header[5]) : new Volume<byte>(extent, header[5]);
            for (int t = 0; t < extent.T; t++)
            {
                Span<byte> frame = Frame(volume, t);
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

    private static Span<byte> Frame(Volume volume, int t) =>
        volume is Volume<float> floats ? MemoryMarshal.AsBytes(floats.Frame(t)) : ((Volume<byte>)volume).Frame(t);
}
