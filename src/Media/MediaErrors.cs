using System.Globalization;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Media;

/// <summary>Every sentence with which media are refused, and its stable code.</summary>
internal static class MediaErrors
{
    /// <summary>What is read, for hints.</summary>
    private const string Kinds = "mp4, mov, mkv, webm, avi and gif files, and directories of numbered png, jpg, bmp, webp or tif frames are read";

    public static VgpnnException ToolMissing(string tool) => new(
        ErrorKind.Device, "ffmpeg-missing", $"{tool} is not installed, and no video can be read or written without it", "apt-get install ffmpeg");

    public static VgpnnException ToolBroken(string tool, Exception? inner) => new(
        ErrorKind.Device, "ffmpeg-broken", $"{tool} cannot be started", "apt-get install --reinstall ffmpeg", inner);

    public static VgpnnException ToolTooOld() => new(
        ErrorKind.Device, "ffmpeg-too-old", "the installed ffmpeg is older than 5.1", "install ffmpeg 5.1 or newer: apt-get install ffmpeg");

    public static VgpnnException BadRange(FrameRange range) => new(
        ErrorKind.Usage, "bad-frame-range", $"{Text(range)} is no range of frames", "frames are counted from 1, both ends included: 1..20");

    public static VgpnnException BadMaxHeight(int height) => new(
        ErrorKind.Usage, "bad-max-height", $"a maximum height of {height} is below {DecodePlan.MinSide}, the smallest that works",
        $"give {DecodePlan.MinSide} or more");

    public static VgpnnException Missing(string path) => Input("input-missing", $"{PrintableText.FileName(path)} does not exist", "check the path");

    public static VgpnnException Url(string path) => Input(
        "input-url", $"{PrintableText.FileName(path)} is an address, and nothing is fetched from addresses", "download the video first and give the file");

    public static VgpnnException Unreadable(string path, Exception inner) => Input(
        "input-unreadable", $"{PrintableText.FileName(path)} cannot be read", "check its permissions: ls -l", inner);

    public static VgpnnException Empty(string path) => Input(
        "input-empty", $"{PrintableText.FileName(path)} is empty or no regular file", "check that the video was copied completely");

    public static VgpnnException Playlist(string path) => Input(
        "input-playlist", $"{PrintableText.FileName(path)} is a playlist or another list of addresses, not a video", "give the video file itself");

    public static VgpnnException StillImage(string path, string kind) => Input(
        "input-still-image", $"{PrintableText.FileName(path)} is a single image ({kind}), not a video", "give a video, or the directory that holds all frames");

    public static VgpnnException UnknownFormat(string path, bool text) => Input(
        "input-unknown-format", text ? $"{PrintableText.FileName(path)} is a text file, not a video" : $"{PrintableText.FileName(path)} is no video of a kind that is read",
        $"{Kinds}; convert others first: ffmpeg -i INPUT clip.mp4");

    public static VgpnnException NoVideo(string path) => Input(
        "input-no-video", $"{PrintableText.FileName(path)} holds no moving picture, at most sound", "give a file with a video stream");

    public static VgpnnException Codec(string path, string codec) => Input(
        "input-codec", $"{PrintableText.FileName(path)} holds a stream coded as {PrintableText.Of(codec)}, which is not decoded here", "convert it first: ffmpeg -i INPUT clip.mp4");

    public static VgpnnException Hdr(string path, string transfer) => Input(
        "input-hdr", $"{PrintableText.FileName(path)} is HDR video ({transfer}), whose colours do not fit into 8 bits without tone mapping",
        "convert it first: ffmpeg -i INPUT -vf zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable,zscale=t=bt709:m=bt709:r=tv,format=yuv420p sdr.mp4");

    public static VgpnnException Damaged(string path, string? words) => Input(
        "input-damaged", $"{PrintableText.FileName(path)} is damaged or cut short" + (words is null ? "" : $" ({words})"), "check that the video plays and was copied completely");

    public static VgpnnException TooShort(string path, int frames) => Input(
        "input-too-short", frames == 0 ? $"no frame could be read from {PrintableText.FileName(path)}" : $"{PrintableText.FileName(path)} gives a single frame",
        "a video needs 2 frames or more");

    public static VgpnnException TooSmall(string path, int width, int height, bool scaled) => Input(
        "input-too-small", $"{PrintableText.FileName(path)} is {width}×{height} pixels{(scaled ? " at that height" : "")}; the smallest size that works is {DecodePlan.MinSide}×{DecodePlan.MinSide}",
        scaled ? "raise --max-height" : $"enlarge it first: ffmpeg -i INPUT -vf scale=-2:{2 * DecodePlan.MinSide} larger.mp4");

    public static VgpnnException TooLarge(string path, long width, long height, long limit) => Input(
        "input-too-large", string.Create(CultureInfo.InvariantCulture,
            $"{PrintableText.FileName(path)} has frames of {width}×{height} pixels; the limit is {limit:N0} pixels"),
        "make it smaller first: ffmpeg -i INPUT -vf scale=-2:720 smaller.mp4");

    public static VgpnnException TooManyFrames(string path, int limit) => Input(
        "input-too-many-frames", string.Create(CultureInfo.InvariantCulture, $"{PrintableText.FileName(path)} has more than the {limit:N0} frames that are read at once"),
        string.Create(CultureInfo.InvariantCulture, $"choose a part: --frames 1..{limit}"));

    public static VgpnnException TooManyBytes(string path, long limit, long frameBytes) => Input(
        "input-too-large", string.Create(CultureInfo.InvariantCulture,
            $"{PrintableText.FileName(path)} takes more than {limit / 1048576.0:0.#} MiB when decoded, the limit"),
        string.Create(CultureInfo.InvariantCulture, $"choose fewer frames (--frames 1..{Math.Max(2, limit / frameBytes)}) or smaller ones (--max-height)"));

    public static VgpnnException TooSlow(string path, TimeSpan limit) => Input(
        "input-timeout", string.Create(CultureInfo.InvariantCulture, $"{PrintableText.FileName(path)} took longer than {limit.TotalSeconds:0.#} s to decode, the limit"),
        "choose a part (--frames A..B), or convert it first: ffmpeg -i INPUT clip.mp4");

    public static VgpnnException TooMuchMemory(string path) => Input(
        "input-memory", $"{PrintableText.FileName(path)} needs more memory to decode than it is given", "make it smaller first: ffmpeg -i INPUT -vf scale=-2:720 smaller.mp4");

    public static VgpnnException BeyondEnd(string path, FrameRange range, int? frames) => Input(
        "frames-beyond-end", frames is null
            ? $"the frames {Text(range)} lie beyond the end of {PrintableText.FileName(path)}"
            : $"the frames {Text(range)} lie beyond the end of {PrintableText.FileName(path)}, which has {frames} frames",
        frames is > 1 ? $"the last is frame {frames}" : null);

    public static VgpnnException NoFrames(string path) => Input(
        "directory-without-frames", $"{PrintableText.FileName(path)} is a directory without numbered frames", Kinds);

    public static VgpnnException SameNumber(string path, string first, string second) => Input(
        "frames-same-number", $"{PrintableText.FileName(first)} and {PrintableText.FileName(second)} in {PrintableText.FileName(path)} have the same number", "keep one of the two");

    public static VgpnnException MixedNames(string path, string first, string second) => Input(
        "frames-mixed-names", $"{PrintableText.FileName(first)} and {PrintableText.FileName(second)} in {PrintableText.FileName(path)} do not belong to one numbered sequence", "keep one sequence in a directory");

    public static VgpnnException MixedKinds(string path, string first, string second) => Input(
        "frames-mixed-kinds", $"{PrintableText.FileName(first)} and {PrintableText.FileName(second)} in {PrintableText.FileName(path)} are images of different kinds", "convert all frames to one kind, such as png");

    public static VgpnnException UnequalSizes(string path, string first, Size a, string second, Size b) => Input(
        "frames-unequal", $"{PrintableText.FileName(first)} is {a}, but {PrintableText.FileName(second)} is {b} in {PrintableText.FileName(path)}", "bring all frames to one size");

    public static VgpnnException BadFrame(string path, string frame, string? words = null) => Input(
        "frame-damaged", $"{PrintableText.FileName(frame)} in {PrintableText.FileName(path)} is no image that can be read" + (words is null ? "" : $" ({words})"), "replace or remove this frame");

    public static VgpnnException Scratch(Exception inner) => new(
        ErrorKind.Device, "no-scratch-space", $"nothing can be written to {Path.GetTempPath()}", "free some space there, or set TMPDIR to another directory", inner);

    public static VgpnnException OutputDirectoryMissing(string path, Exception? inner = null) => new(
        ErrorKind.Device, "output-directory-missing", $"the directory for {PrintableText.FileName(path)} does not exist", "create it first: mkdir -p", inner);

    public static VgpnnException OutputDenied(string path, Exception? inner = null) => new(
        ErrorKind.Device, "output-denied", $"{PrintableText.FileName(path)} may not be written", "check the permissions of its directory: ls -ld", inner);

    public static VgpnnException DiskFull(string path, Exception? inner = null) => new(
        ErrorKind.Device, "disk-full", $"no space is left on the disk for {PrintableText.FileName(path)}", "free some space, or write to another disk", inner);

    public static VgpnnException OutputFailed(string path, string? words, Exception? inner = null) => new(
        ErrorKind.Device, "output-failed", $"{PrintableText.FileName(path)} could not be written" + (words is null ? "" : $" ({words})"), null, inner);

    public static VgpnnException OutputInTheWay(string path, string what) => new(
        ErrorKind.Device, "output-in-the-way", $"{PrintableText.FileName(path)} is {what} and is not replaced", "remove it, or choose another output");

    private static string Text(FrameRange range) => string.Create(CultureInfo.InvariantCulture, $"{range.First}..{range.Last}");

    private static VgpnnException Input(string code, string message, string? hint, Exception? inner = null) =>
        new(ErrorKind.Input, code, message, hint, inner);
}
