using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Media.Stills;

/// <summary>
/// A level's output as one small picture for people who watch: its frames one below the other. Large levels lose frames and
/// pixels, so that copying them takes milliseconds, whatever the level's size.
/// </summary>
public sealed class PreviewStrip
{
    private const int MostFrames = 48, MostRows = 144, MostColumns = 320;
    private const long MostPixels = 600_000;

    private readonly byte[] _pixels;

    private PreviewStrip(Extent size, byte[] pixels) => (Size, _pixels) = (size, pixels);

    /// <summary>Frames, rows and columns that are shown: T×H×W.</summary>
    public Extent Size { get; }

    /// <summary>Copies what is shown of a volume of three channels; the volume may change afterwards.</summary>
    /// <exception cref="ArgumentException">It has another number of channels.</exception>
    public static PreviewStrip Of(Volume volume)
    {
        ArgumentNullException.ThrowIfNull(volume);
        if (volume.Channels != 3) throw new ArgumentException("a preview has three channels", nameof(volume));
        Extent full = volume.Extent;
        int frames = Math.Min(full.T, MostFrames);
        int step = Math.Max(Places(full.H, MostRows), Places(full.W, MostColumns));
        while ((long)frames * Places(full.H, step) * Places(full.W, step) > MostPixels) step++;
        var size = new Extent(frames, Places(full.H, step), Places(full.W, step));
        var pixels = new byte[3 * size.Count];
        for (int t = 0, at = 0; t < size.T; t++)
        {
            int frame = (int)((long)t * full.T / size.T);
            for (int h = 0; h < size.H; h++)
            {
                int row = Math.Min((h * step) + (step / 2), full.H - 1);
                for (int w = 0; w < size.W; w++, at += 3)
                    Copy(volume, frame, row, Math.Min((w * step) + (step / 2), full.W - 1), pixels.AsSpan(at, 3));
            }
        }

        return new PreviewStrip(size, pixels);
    }

    /// <summary>The picture as a WebP file of at most <see cref="SmallPicture.MaxBytes"/> bytes; it may have fewer rows and columns than <see cref="Size"/>.</summary>
    public byte[] Encode() => SmallPicture.Encode(_pixels, Size);

    private static int Places(int length, int step) => (length + step - 1) / step;

    private static void Copy(Volume volume, int t, int h, int w, Span<byte> target)
    {
        if (volume is Volume<byte> bytes)
        {
            bytes.Row(t, h).Slice(3 * w, 3).CopyTo(target);
            return;
        }

        ReadOnlySpan<float> source = ((Volume<float>)volume).Row(t, h).Slice(3 * w, 3);
        for (int c = 0; c < 3; c++) target[c] = ColourConversion.ToByte(source[c]);
    }
}
