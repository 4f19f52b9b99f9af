using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Clips;

/// <summary>A decoded video: frames of 8-bit RGB, three bytes per pixel, rows from top to bottom without gaps.</summary>
public sealed class Clip
{
    /// <exception cref="ArgumentException">There is no frame, or a frame whose length is not 3·width·height.</exception>
    public Clip(IReadOnlyList<byte[]> frames, int width, int height, FrameRate frameRate)
    {
        ArgumentNullException.ThrowIfNull(frames);
        if (frames.Count == 0) throw new ArgumentException("a clip needs at least one frame", nameof(frames));
        if (frames.Any(f => f.Length != 3 * width * height)) throw new ArgumentException("a frame has the wrong length", nameof(frames));
        Frames = frames;
        Width = width;
        Height = height;
        FrameRate = frameRate;
    }

    /// <summary>The frames in order.</summary>
    public IReadOnlyList<byte[]> Frames { get; }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Frames per second.</summary>
    public FrameRate FrameRate { get; }

    /// <summary>Frames × rows × columns.</summary>
    public Extent Extent => new(Frames.Count, Height, Width);

    /// <summary>The same frames with another frame rate.</summary>
    public Clip WithFrameRate(FrameRate rate) => new(Frames, Width, Height, rate);

    /// <summary>The frames as one volume of bytes.</summary>
    public Volume<byte> ToBytes()
    {
        var volume = new Volume<byte>(Extent, 3);
        for (int t = 0; t < Frames.Count; t++) Frames[t].CopyTo(volume.Frame(t));
        return volume;
    }

    /// <summary>The frames as one volume of floats in [−1, 1]: 2·(b/255) − 1.</summary>
    public Volume<float> ToFloats()
    {
        var volume = new Volume<float>(Extent, 3);
        for (int t = 0; t < Frames.Count; t++)
        {
            Span<float> target = volume.Frame(t);
            for (int i = 0; i < target.Length; i++) target[i] = ColourConversion.ToFloat(Frames[t][i]);
        }

        return volume;
    }

    /// <summary>A clip of a volume T×H×W×3: bytes unchanged, floats rounded (<see cref="ColourConversion.ToByte"/>).</summary>
    public static Clip FromVolume(Volume volume, FrameRate frameRate)
    {
        ArgumentNullException.ThrowIfNull(volume);
        if (volume.Channels != 3) throw new ArgumentException("the volume must have three channels", nameof(volume));
        var frames = new byte[volume.Extent.T][];
        for (int t = 0; t < frames.Length; t++)
            frames[t] = volume is Volume<float> floats ? Rounded(floats.Frame(t)) : ((Volume<byte>)volume).Frame(t).ToArray();
        return new Clip(frames, volume.Extent.W, volume.Extent.H, frameRate);
    }

    /// <summary>SHA-256 of size and decoded frames, in lower-case hexadecimal: equal for equal frames, in whatever format they were stored.</summary>
    public string ContentHash()
    {
        using var hash = System.Security.Cryptography.IncrementalHash.CreateHash(System.Security.Cryptography.HashAlgorithmName.SHA256);
        Span<byte> header = stackalloc byte[12];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(header, Frames.Count);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(header[4..], Height);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(header[8..], Width);
        hash.AppendData(header);
        foreach (byte[] frame in Frames) hash.AppendData(frame);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static byte[] Rounded(ReadOnlySpan<float> source)
    {
        var target = new byte[source.Length];
        for (int i = 0; i < target.Length; i++) target[i] = ColourConversion.ToByte(source[i]);
        return target;
    }
}
