using System.Globalization;
using Vgpnn.Media.Frames;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media;

/// <summary>All errors of media with their stable codes. Paths are shown whole, as the caller gave them.</summary>
internal static class MediaErrors
{
    private const string Kinds = "supported are mp4, mov, mkv, webm, avi and gif files, and directories of numbered png, jpg, bmp, webp or tif frames";

    public static VgpnnException ToolMissing(string tool) => Device(
        "ffmpeg-missing", $"{tool} is not installed; it is needed to read and write videos", "apt-get install ffmpeg");

    public static VgpnnException ToolBroken(string tool, Exception? inner) => Device(
        "ffmpeg-broken", $"{tool} cannot be started", "apt-get install --reinstall ffmpeg", inner);

    public static VgpnnException ToolTooOld() => Device(
        "ffmpeg-too-old", "the installed ffmpeg is older than 5.1", "install ffmpeg 5.1 or newer: apt-get install ffmpeg");

    public static VgpnnException FramesLost(string path, int written, int read) => Device(
        "ffmpeg-broken", string.Create(CultureInfo.InvariantCulture, $"ffmpeg decoded {written} frames of {Name(path)}, but {read} arrived"),
        "apt-get install --reinstall ffmpeg");

    public static VgpnnException BadRange(FrameRange range) => new(
        ErrorKind.Usage, "bad-frame-range", $"invalid frame range {Text(range)}", "frames are counted from 1, both ends included: 1..20");

    public static VgpnnException BadMaxHeight(int height) => new(
        ErrorKind.Usage, "bad-max-height", $"invalid maximum height {height}", $"use {Size.Shortest} or more");

    public static VgpnnException Missing(string path) => Input("input-missing", $"{Name(path)} does not exist", "check the path");

    public static VgpnnException Url(string path) => Input(
        "input-url", $"{Name(path)} is a URL; only local files are read", "download the video and give the file");

    public static VgpnnException Unreadable(string path, Exception inner) => Input(
        "input-unreadable", $"{Name(path)} cannot be read", "check its permissions: ls -l", inner);

    public static VgpnnException Empty(string path) => Input(
        "input-empty", $"{Name(path)} is empty or not a regular file", "check that the video was copied completely");

    public static VgpnnException Playlist(string path) => Input(
        "input-playlist", $"{Name(path)} is a playlist, not a video", "give the video file itself");

    public static VgpnnException StillImage(string path, string kind) => Input(
        "input-still-image", $"{Name(path)} is a single image ({kind}), not a video", "give a video, or a directory that holds all frames");

    public static VgpnnException UnknownFormat(string path, bool text) => Input(
        "input-unknown-format", text ? $"{Name(path)} is a text file, not a video" : $"{Name(path)} is not a supported video",
        $"{Kinds}; convert others: ffmpeg -i INPUT clip.mp4");

    public static VgpnnException NoVideo(string path) => Input(
        "input-no-video", $"{Name(path)} has no video stream", "give a file with a video stream");

    public static VgpnnException Codec(string path, string codec) => Input(
        "input-codec", $"{Name(path)} uses the codec {PrintableText.Of(codec)}, which is not supported", "convert it: ffmpeg -i INPUT clip.mp4");

    public static VgpnnException Hdr(string path, string transfer) => Input(
        "input-hdr", $"{Name(path)} is HDR video ({transfer}); its colours do not fit into 8 bits without tone mapping",
        "convert it: ffmpeg -i INPUT -vf zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable,zscale=t=bt709:m=bt709:r=tv,format=yuv420p sdr.mp4");

    public static VgpnnException Damaged(string path, string? words) => Input(
        "input-damaged", $"{Name(path)} is damaged or cut short{Reason(words)}", "check that the video plays and was copied completely");

    public static VgpnnException TooShort(string path, int frames) => Input(
        "input-too-short", frames == 0 ? $"{Name(path)} has no frame that can be read" : $"{Name(path)} has only one frame", "a video needs 2 frames or more");

    public static VgpnnException TooSmall(string path, int width, int height, bool scaled) => Input(
        "input-too-small", $"{Name(path)} is {width}×{height} pixels{(scaled ? " at that height" : "")}; the minimum is {Size.Shortest}×{Size.Shortest}",
        scaled ? "raise --max-height" : $"enlarge it: ffmpeg -i INPUT -vf scale=-2:{2 * Size.Shortest} larger.mp4");

    public static VgpnnException TooLarge(string path, long width, long height, long limit) => Input(
        "input-too-large", string.Create(CultureInfo.InvariantCulture, $"{Name(path)} has frames of {width}×{height} pixels; the limit is {limit:N0} pixels"),
        "downscale it: ffmpeg -i INPUT -vf scale=-2:720 smaller.mp4");

    public static VgpnnException TooManyFrames(string path, int limit) => Input(
        "input-too-many-frames", string.Create(CultureInfo.InvariantCulture, $"{Name(path)} has more than {limit:N0} frames, the limit"),
        string.Create(CultureInfo.InvariantCulture, $"choose a part: --frames 1..{limit}"));

    public static VgpnnException TooManyBytes(string path, long limit, long frameBytes) => Input(
        "input-too-large", string.Create(CultureInfo.InvariantCulture, $"{Name(path)} takes more than {limit / 1048576.0:0.#} MiB when decoded, the limit"),
        string.Create(CultureInfo.InvariantCulture, $"choose fewer frames (--frames 1..{Math.Max(2, limit / frameBytes)}) or smaller ones (--max-height)"));

    public static VgpnnException TooSlow(string path, TimeSpan limit) => Input(
        "input-timeout", string.Create(CultureInfo.InvariantCulture, $"{Name(path)} took longer than {limit.TotalSeconds:0.#} s to decode, the limit"),
        "choose a part (--frames A..B), or convert it: ffmpeg -i INPUT clip.mp4");

    public static VgpnnException TooMuchMemory(string path) => Input(
        "input-memory", $"{Name(path)} needs more memory to decode than is allowed", "downscale it: ffmpeg -i INPUT -vf scale=-2:720 smaller.mp4");

    public static VgpnnException BeyondEnd(string path, FrameRange range, int? frames) => Input(
        "frames-beyond-end", $"frames {Text(range)} lie beyond the end of {Name(path)}" + (frames is null ? "" : $", which has {frames} frames"),
        frames is > 1 ? $"the last is frame {frames}" : null);

    public static VgpnnException NoFrames(string path) => Input(
        "directory-without-frames", $"{Name(path)} is a directory without numbered frames", Kinds);

    public static VgpnnException SameNumber(string path, string first, string second) => Input(
        "frames-same-number", $"{File(first)} and {File(second)} in {Name(path)} have the same number", "keep one of the two");

    public static VgpnnException MixedNames(string path, string first, string second) => Input(
        "frames-mixed-names", $"{File(first)} and {File(second)} in {Name(path)} do not belong to one numbered sequence", "keep one sequence in a directory");

    public static VgpnnException MixedKinds(string path, string first, string second) => Input(
        "frames-mixed-kinds", $"{File(first)} and {File(second)} in {Name(path)} are images of different formats", "convert all frames to one format, such as png");

    public static VgpnnException UnequalSizes(string path, string first, Size a, string second, Size b) => Input(
        "frames-unequal", $"{File(first)} is {a}, but {File(second)} is {b} in {Name(path)}", "resize all frames to one size");

    public static VgpnnException BadFrame(string path, string frame, string? words = null) => Input(
        "frame-damaged", $"{File(frame)} in {Name(path)} is not an image that can be read{Reason(words)}", "replace or remove this frame");

    public static VgpnnException Scratch(Exception inner) => Device(
        "no-scratch-space", $"cannot write to the temporary directory {Path.GetTempPath()}", "free some space there, or set TMPDIR to another directory", inner);

    public static VgpnnException OutputDirectoryMissing(string path, Exception? inner = null) => Device(
        "output-directory-missing", $"the directory for {Name(path)} does not exist", "create it: mkdir -p", inner);

    public static VgpnnException OutputDenied(string path, Exception? inner = null) => Device(
        "output-denied", $"permission to write {Name(path)} is denied", "check the permissions of its directory: ls -ld", inner);

    public static VgpnnException DiskFull(string path, Exception? inner = null) => Device(
        "disk-full", $"no space left on the disk for {Name(path)}", "free some space, or write to another disk", inner);

    public static VgpnnException OutputFailed(string path, string? words, Exception? inner = null) => Device(
        "output-failed", $"cannot write {Name(path)}{Reason(words)}", null, inner);

    public static VgpnnException OutputInTheWay(string path, string what) => Device(
        "output-in-the-way", $"{Name(path)} is {what} and is not replaced", "remove it, or choose another output");

    private static string Text(FrameRange range) => string.Create(CultureInfo.InvariantCulture, $"{range.First}..{range.Last}");

    private static string Reason(string? words) => words is null ? "" : $" ({words})";

    private static string File(string path) => PrintableText.FileName(path);

    // The whole path, since many files have the same name; only what a terminal must not see is replaced.
    private static string Name(string path) =>
        path.Length == 0 ? "(an empty path)" : string.Concat(path.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));

    private static VgpnnException Input(string code, string message, string? hint, Exception? inner = null) =>
        new(ErrorKind.Input, code, message, hint, inner);

    private static VgpnnException Device(string code, string message, string? hint, Exception? inner = null) =>
        new(ErrorKind.Device, code, message, hint, inner);
}
