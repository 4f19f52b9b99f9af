using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Masks;

/// <summary>
/// Applies what a user painted over a video: layers, each shown over a range of frames. Where a layer is marked the video is filled, and where it is marked
/// with a colour that colour is the cue.
/// </summary>
public static class Painting
{
    /// <summary>Grey level of a layer's marks from which a pixel is filled, and from which its colour is also a cue.</summary>
    public const int FillFrom = 64, CueFrom = 192;

    /// <summary>Paints over a video in place, because a copy of a long one would need gigabytes.</summary>
    /// <param name="video">The video; its frames are changed.</param>
    /// <param name="layers">
    /// One picture that contains the layers from top to bottom, each as its colours and, below them, its marks in grey. They are scaled to the video's size by
    /// nearest neighbour.
    /// </param>
    /// <param name="ranges">The frame range of each layer; a later layer covers earlier ones.</param>
    /// <returns>The video with its cues, and the mask: white where it is filled.</returns>
    /// <exception cref="VgpnnException">Kind Input: the picture's height does not match, a range lies outside the video, or nothing is marked.</exception>
    public static (Clip Painted, Clip Mask) Apply(Clip video, Clip layers, IReadOnlyList<FrameRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(layers);
        ArgumentNullException.ThrowIfNull(ranges);
        if (ranges.Count == 0 || layers.Height % (2 * ranges.Count) != 0)
            throw new VgpnnException(ErrorKind.Input, "paint-size", $"a picture of {layers.Height} rows cannot be divided into colours and marks of {ranges.Count} layers");
        foreach ((int first, int? last) in ranges)
        {
            if (first < 1 || last < first || (last ?? first) > video.Frames.Count)
                throw new VgpnnException(ErrorKind.Input, "paint-range", $"invalid frame range {first}..{last}; the video has {video.Frames.Count} frames");
        }

        // Frames under the same layers share one mask.
        var masks = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var maskOf = new byte[video.Frames.Count][];
        bool any = false;
        for (int t = 0; t < maskOf.Length; t++)
        {
            int[] over = [.. Enumerable.Range(0, ranges.Count).Where(i => t >= ranges[i].First - 1 && t < (ranges[i].Last ?? maskOf.Length))];
            string key = string.Join(',', over);
            if (!masks.TryGetValue(key, out byte[]? mask)) masks[key] = mask = new byte[3 * video.Width * video.Height];
            foreach (int i in over) any |= Cover(video.Frames[t], mask, video, layers, i, layers.Height / ranges.Count / 2);
            maskOf[t] = mask;
        }

        if (!any) throw new VgpnnException(ErrorKind.Input, "nothing-painted", "nothing is painted", "paint over the part to change");
        return (video, new Clip(maskOf, video.Width, video.Height, video.FrameRate));
    }

    private static bool Cover(byte[] frame, byte[] mask, Clip video, Clip layers, int layer, int rows)
    {
        bool any = false;
        byte[] picture = layers.Frames[0];
        for (int h = 0; h < video.Height; h++)
        {
            int row = (2 * layer * rows) + (int)((h + 0.5) * rows / video.Height);
            for (int w = 0; w < video.Width; w++)
            {
                int column = (int)((w + 0.5) * layers.Width / video.Width);
                int colour = 3 * ((row * layers.Width) + column), mark = picture[3 * (((row + rows) * layers.Width) + column)];
                if (mark < FillFrom) continue;
                int at = 3 * ((h * video.Width) + w);
                mask.AsSpan(at, 3).Fill(byte.MaxValue);
                if (mark >= CueFrom) picture.AsSpan(colour, 3).CopyTo(frame.AsSpan(at, 3));
                any = true;
            }
        }

        return any;
    }
}
