using System.Globalization;
using System.Numerics;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media.Frames;

/// <summary>A directory of numbered frames, in the order of their numbers, all of one kind and one size.</summary>
/// <param name="Files">The frames' full paths.</param>
/// <param name="Kind">What all of them are.</param>
/// <param name="Size">The size that all their headers state.</param>
/// <param name="Gaps">A sentence on missing numbers; null: none is missing.</param>
/// <param name="Total">Frames in the directory, before a range was chosen.</param>
internal sealed record FrameDirectory(IReadOnlyList<string> Files, FileKind Kind, Size Size, string? Gaps, int Total)
{
    /// <summary>Lists the frames of a directory and looks at their headers.</summary>
    /// <param name="name">The directory in messages.</param>
    /// <param name="path">The directory.</param>
    /// <param name="range">The frames wanted, counted from 1 in their order; <c>null</c> for all.</param>
    /// <param name="limits">Bounds.</param>
    /// <exception cref="VgpnnException">Kind Input: no frames, or frames that do not belong together.</exception>
    public static FrameDirectory Open(string name, string path, FrameRange? range, MediaLimits limits)
    {
        List<FrameName> all = List(name, path);
        CheckNames(name, all);
        List<FrameName> chosen = all;
        if (range is { } r)
        {
            if (r.First > all.Count || r.Last > all.Count) throw MediaErrors.BeyondEnd(name, r, all.Count);
            chosen = all[(r.First - 1)..(r.Last ?? all.Count)];
        }

        if (chosen.Count > limits.MaxFrames) throw MediaErrors.TooManyFrames(name, limits.MaxFrames);
        if (chosen.Count < 2) throw MediaErrors.TooShort(name, chosen.Count);
        (FileKind kind, Size size) = CheckHeaders(name, chosen, limits);
        return new FrameDirectory([.. chosen.Select(f => f.File)], kind, size, Gap(chosen), all.Count);
    }

    /// <summary>One picture, as if it were a directory of one frame.</summary>
    /// <param name="name">The file in messages.</param>
    /// <param name="file">The file.</param>
    /// <param name="limits">Bounds.</param>
    /// <exception cref="VgpnnException">Kind Input: it cannot be used.</exception>
    public static FrameDirectory Single(string name, string file, MediaLimits limits)
    {
        (FileKind kind, Size size) = Header(name, file);
        if ((long)size.Width * size.Height > limits.MaxPixelsPerFrame)
            throw MediaErrors.TooLarge(name, size.Width, size.Height, limits.MaxPixelsPerFrame);
        return new FrameDirectory([file], kind, size, null, 1);
    }

    /// <summary>Whether a frame may be of this kind.</summary>
    public static bool IsFrame(FileKind kind) => kind is FileKind.Png or FileKind.Jpeg or FileKind.Bmp or FileKind.Webp or FileKind.Tiff;

    private static List<FrameName> List(string name, string path)
    {
        try
        {
            List<FrameName> names = [.. Directory.EnumerateFiles(path).Select(FrameName.Parse).OfType<FrameName>()];
            names.Sort();
            return names.Count > 0 ? names : throw MediaErrors.NoFrames(name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MediaErrors.Unreadable(name, e);
        }
    }

    private static void CheckNames(string path, List<FrameName> names)
    {
        for (int i = 1; i < names.Count; i++)
        {
            FrameName a = names[i - 1], b = names[i];
            if (a.Words != b.Words) throw MediaErrors.MixedNames(path, a.File, b.File);
            if (a.Numbers.SequenceEqual(b.Numbers)) throw MediaErrors.SameNumber(path, a.File, b.File);
        }
    }

    private static (FileKind Kind, Size Size) CheckHeaders(string path, List<FrameName> frames, MediaLimits limits)
    {
        (FileKind Kind, Size Size)? first = null;
        foreach (FrameName frame in frames)
        {
            (FileKind Kind, Size Size) header = Header(path, frame.File);
            first ??= header;
            if (header.Kind != first.Value.Kind) throw MediaErrors.MixedKinds(path, frames[0].File, frame.File);
            if (header.Size != first.Value.Size)
                throw MediaErrors.UnequalSizes(path, frames[0].File, first.Value.Size, frame.File, header.Size);
        }

        Size size = first!.Value.Size;
        if ((long)size.Width * size.Height > limits.MaxPixelsPerFrame)
            throw MediaErrors.TooLarge(path, size.Width, size.Height, limits.MaxPixelsPerFrame);
        return first.Value;
    }

    private static (FileKind Kind, Size Size) Header(string path, string frame)
    {
        FileKind kind = InputFile.Identify(frame, frame);
        if (!IsFrame(kind))
            throw MediaErrors.BadFrame(path, frame);
        try
        {
            using FileStream stream = File.OpenRead(frame);
            return (kind, ImageHeader.Read(kind, stream) ?? throw MediaErrors.BadFrame(path, frame));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw MediaErrors.Unreadable(frame, e);
        }
    }

    private static string? Gap(List<FrameName> frames)
    {
        // Only where one number counts: in names such as 2026-01-31_0007 it is unknown which are missing.
        int counting = -1;
        for (int i = 0; i < frames[0].Numbers.Count; i++)
        {
            if (frames.All(f => f.Numbers[i] == frames[0].Numbers[i])) continue;
            if (counting >= 0) return null;
            counting = i;
        }

        BigInteger first = frames[0].Numbers[counting], last = frames[^1].Numbers[counting];
        BigInteger missing = last - first + 1 - frames.Count;
        if (missing.IsZero) return null;
        BigInteger hole = first;
        foreach (FrameName frame in frames.TakeWhile(f => f.Numbers[counting] == hole)) hole++;
        return string.Create(CultureInfo.InvariantCulture,
            $"{missing} of the numbers {first} to {last} are missing, starting with {hole}; the {frames.Count} existing frames are read as one sequence");
    }
}
