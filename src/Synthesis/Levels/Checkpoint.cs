using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Levels;

/// <summary>A position within a level.</summary>
/// <param name="Iteration">The EM iteration, from 0, whose search is under way.</param>
/// <param name="Steps">Completed steps of the search, 1 or more.</param>
public readonly record struct LevelPart(int Iteration, int Steps);

/// <summary>The state of a run between two levels or within one. A run that resumes from it produces the same bits.</summary>
/// <param name="Level">Index of the level that is finished or under way, 0 the finest.</param>
/// <param name="Output">The level's output y_n so far: floats, or bytes with the fast engine.</param>
public sealed record Checkpoint(int Level, Volume Output)
{
    private const int Magic = 0x34435056; // "VPC4"
    private const int HeaderBytes = 10 * sizeof(int);

    /// <summary>Matches of the level, if the state contains them.</summary>
    public LevelFields Fields { get; init; }

    /// <summary>Position within the level; <c>null</c> if the level is finished.</summary>
    public LevelPart? Part { get; init; }

    /// <summary>Number of bytes that <see cref="Save"/> writes.</summary>
    public long Length => HeaderBytes + SHA256.HashSizeInBytes + ((long)Output.Count * (Output is Volume<float> ? sizeof(float) : 1))
        + LengthOf(Fields.Matches) + LengthOf(Fields.Users);

    /// <summary>
    /// Writes ten little-endian 32-bit integers (format, level, frames, rows, columns, channels, bytes per component, fields, and iteration and steps of an
    /// unfinished level, otherwise 0), the components as 32-bit floats or bytes, for each field its grid of queries, its volume of keys, its patch and
    /// for every query patch the position of its match (t·H + h)·W + w in the volume of keys, and the SHA-256 of everything before it.
    /// </summary>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Extent e = Output.Extent;
        ReadOnlySpan<int> header = [Magic, Level, e.T, e.H, e.W, Output.Channels, Output is Volume<float> ? 4 : 1, Fields.Matches is null ? 0 : Fields.Users is null ? 1 : 2, Part?.Iteration ?? 0, Part?.Steps ?? 0];
        hash.AppendData(MemoryMarshal.AsBytes(header));
        stream.Write(MemoryMarshal.AsBytes(header));
        for (int t = 0; t < e.T; t++)
        {
            ReadOnlySpan<byte> frame = Frame(Output, t);
            hash.AppendData(frame);
            stream.Write(frame);
        }

        foreach (NearestNeighbourField? field in (NearestNeighbourField?[])[Fields.Matches, Fields.Users])
        {
            if (field is null) continue;
            (Extent q, Extent k, Extent p) = (field.QueryGrid, field.Keys, field.Patch);
            ReadOnlySpan<int> sizes = [q.T, q.H, q.W, k.T, k.H, k.W, p.T, p.H, p.W];
            Write(MemoryMarshal.AsBytes(sizes));
            int frame = q.H * q.W;
            for (int t = 0; t < q.T; t++) Write(MemoryMarshal.AsBytes(field.StoredPositions(t * frame, frame)));
        }

        stream.Write(hash.GetHashAndReset());

        void Write(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            stream.Write(bytes);
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The content is not a checkpoint, is truncated or was changed.</exception>
    public static Checkpoint Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var header = new int[HeaderBytes / sizeof(int)];
            stream.ReadExactly(MemoryMarshal.AsBytes(header.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(header.AsSpan()));
            var extent = new Extent(header[2], header[3], header[4]);
            if (header[0] != Magic || header[1] < 0 || extent is not { T: > 0, H: > 0, W: > 0 } || header[5] is < 1 or > 64 || header[6] is not (1 or 4) || header[7] is < 0 or > 2 || header[8] < 0 || header[9] < 0
                || (double)extent.T * extent.H * extent.W * header[5] > Volume.MaxSamples)
                throw new InvalidDataException("the data is not a checkpoint");
            Volume volume = header[6] == 4 ? new Volume<float>(extent, header[5]) : new Volume<byte>(extent, header[5]);
            for (int t = 0; t < extent.T; t++)
            {
                Span<byte> frame = Frame(volume, t);
                stream.ReadExactly(frame);
                hash.AppendData(frame);
            }

            var fields = new NearestNeighbourField?[2];
            for (int i = 0; i < header[7]; i++) fields[i] = LoadField(stream, hash);
            Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
            stream.ReadExactly(stored);
            if (!stored.SequenceEqual(hash.GetHashAndReset())) throw new InvalidDataException("the checkpoint's checksum is wrong");
            return new Checkpoint(header[1], volume)
            {
                Fields = new LevelFields(fields[0], fields[1]),
                Part = header[9] == 0 ? null : new LevelPart(header[8], header[9]),
            };
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException("the checkpoint is truncated", e);
        }
    }

    private static long LengthOf(NearestNeighbourField? field) => field is null ? 0 : sizeof(int) * (9 + field.QueryGrid.Count);

    private static NearestNeighbourField LoadField(Stream stream, IncrementalHash hash)
    {
        Span<int> sizes = stackalloc int[9];
        Read(MemoryMarshal.AsBytes(sizes));
        Extent query = new(sizes[0], sizes[1], sizes[2]), keys = new(sizes[3], sizes[4], sizes[5]), patch = new(sizes[6], sizes[7], sizes[8]);
        if (patch is not { T: > 0 and < 256, H: > 0 and < 256, W: > 0 and < 256 } || !keys.Holds(patch)
            || (double)query.T * query.H * query.W > Volume.MaxSamples || !NearestNeighbourField.Fits(query, keys))
            throw new InvalidDataException("the data is not a checkpoint");
        var field = new NearestNeighbourField(new Extent(query.T + patch.T - 1, query.H + patch.H - 1, query.W + patch.W - 1), keys, patch);
        var row = new uint[query.W];
        for (int at = 0; at < query.Count; at += query.W)
        {
            Read(MemoryMarshal.AsBytes(row.AsSpan()));
            if (!field.TryRestorePositions(at, row)) throw new InvalidDataException("the checkpoint's matches are invalid");
        }

        return field;

        void Read(Span<byte> bytes)
        {
            stream.ReadExactly(bytes);
            hash.AppendData(bytes);
        }
    }

    private static Span<byte> Frame(Volume volume, int t) =>
        volume is Volume<float> floats ? MemoryMarshal.AsBytes(floats.Frame(t)) : ((Volume<byte>)volume).Frame(t);
}
