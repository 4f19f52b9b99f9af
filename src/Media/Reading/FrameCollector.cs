using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Reading;

/// <summary>Cuts a stream of raw pixels into frames and counts everything that comes.</summary>
internal sealed class FrameCollector(string path, DecodePlan plan, MediaLimits limits)
{
    private readonly List<byte[]> _frames = [];

    /// <summary>The whole frames that came.</summary>
    public IReadOnlyList<byte[]> Frames => _frames;

    /// <summary>Whether any pixel was not opaque.</summary>
    public bool Transparent { get; private set; }

    /// <summary>Reads to the end; a last frame that is not whole is dropped.</summary>
    /// <exception cref="VgpnnException">Kind Input: a limit was passed.</exception>
    public void Read(Stream stream)
    {
        byte[]? withAlpha = plan.Alpha ? new byte[plan.PipedBytes] : null;
        long bytes = 0;
        while (true)
        {
            byte[] frame = GC.AllocateUninitializedArray<byte>((int)plan.FrameBytes);
            byte[] target = withAlpha ?? frame;
            if (stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length) return;
            if (_frames.Count == limits.MaxFrames) throw MediaErrors.TooManyFrames(path, limits.MaxFrames);
            bytes += frame.Length;
            if (bytes > limits.MaxDecodedBytes) throw MediaErrors.TooManyBytes(path, limits.MaxDecodedBytes, frame.Length);
            if (withAlpha is not null) Transparent |= DropAlpha(withAlpha, frame);
            _frames.Add(frame);
        }
    }

    private static bool DropAlpha(byte[] source, byte[] target)
    {
        byte least = byte.MaxValue;
        for (int from = 0, to = 0; from < source.Length; from += 4, to += 3)
        {
            target[to] = source[from];
            target[to + 1] = source[from + 1];
            target[to + 2] = source[from + 2];
            least = Math.Min(least, source[from + 3]);
        }

        return least < byte.MaxValue;
    }
}
