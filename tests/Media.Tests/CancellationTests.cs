using Vgpnn.Kernels.Volumes;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class CancellationTests : MediaTest
{
    // The promise is 200 ms; a busy machine may need longer to run this process's own continuations.
    // The programs sleep a thousand seconds; time enough for the busiest machine.
    private static readonly TimeSpan LongBeforeItsEnd = TimeSpan.FromSeconds(300);

    [Fact]
    public async Task Reading_ends_soon_and_leaves_nothing()
    {
        string path = Folder.Clip("clip.mp4", options: "-c:v libx264 -pix_fmt yuv420p");
        using var bin = new MediaFolder();
        string started = bin.Pipe("started");
        bin.Script("ffprobe", $"exec {Programs.Ffprobe} \"$@\"");
        bin.Script("ffmpeg", $"echo $$ > {started}; exec sleep 1000");

        string pid = await CancelAsync(started, c => ClipReader.ReadAsync(new ProgramPath(bin.Path), path, new ReadOptions(), c));

        Assert.False(Directory.Exists($"/proc/{pid}"), "still running");
    }

    [Fact]
    public async Task Cancelled_png_frames_leave_what_was_there()
    {
        string target = Folder["frames"];
        await ClipWriter.WriteAsync(Noise(16, 16, 2), target, ClipFormat.Png);
        using var cancellation = new CancellationTokenSource();
        var clip = new Clip(new CancellingFrames(Noise(64, 64, 500).Frames, cancellation), 64, 64, new FrameRate(10, 1));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ClipWriter.WriteAsync(clip, target, ClipFormat.Png, null, cancellation.Token));

        Assert.Equal(["frames"], Folder.Names);
        Assert.Equal(2, (await ReadAsync(target)).Frames.Count);
    }

    [Fact]
    public async Task Writing_ends_soon_and_leaves_what_was_there()
    {
        const ClipFormat format = ClipFormat.Mp4;
        string target = Folder["out"];
        await ClipWriter.WriteAsync(Noise(16, 16, 2), target, format);
        using var bin = new MediaFolder();
        string started = bin.Pipe("started");

        // Takes the first bytes and no more, having left something half-written behind.
        bin.Script("ffmpeg", $"for last; do :; done; last=\"${{last#file:}}\"\n[ -f \"$last\" ] && echo half > \"$last\"\nhead -c 1000 > /dev/null\necho $$ > {started}\nexec sleep 1000");

        await CancelAsync(started, c => ClipWriter.WriteAsync(
            new ProgramPath(bin.Path), Task.FromResult(Noise(320, 240, 50)), new Extent(50, 240, 320), new FrameRate(10, 1), target, format, null, c));

        Assert.Equal(["out"], Folder.Names);
        Assert.Equal(2, (await ReadAsync(target)).Frames.Count);
    }

    [Fact]
    public async Task A_clip_that_never_comes_leaves_what_was_there()
    {
        string target = Folder["clip.mp4"];
        await ClipWriter.WriteAsync(Noise(16, 16, 2), target, ClipFormat.Mp4);
        var made = new TaskCompletionSource<Clip>();

        Task writing = ClipWriter.WriteAsync(made.Task, new Extent(9, 16, 16), new FrameRate(10, 1), target, ClipFormat.Mp4, null, CancellationToken.None);
        made.SetException(new InvalidOperationException("the clip failed"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => writing);
        Assert.Equal(["clip.mp4"], Folder.Names);
        Assert.Equal(2, (await ReadAsync(target)).Frames.Count);
    }

    [Fact]
    public async Task Write_that_is_cancelled_before_it_starts_does_not_start()
    {
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => ClipWriter.WriteAsync(Noise(16, 16, 2), Folder["clip.mp4"], ClipFormat.Mp4, null, cancellation.Token));

        Assert.Empty(Folder.Names);
    }

    [Fact]
    public async Task Reading_a_directory_leaves_no_scratch_links()
    {
        await ClipWriter.WriteAsync(Noise(16, 16, 3), Folder["frames"], ClipFormat.Png);
        using var bin = new MediaFolder();
        string started = bin.Pipe("started");
        bin.Script("ffprobe", $"for last; do :; done\necho \"$PWD/${{last#file:}}\" > {started}\nexec sleep 1000");

        string pattern = await CancelAsync(
            started, c => ClipReader.ReadAsync(new ProgramPath(bin.Path), Folder["frames"], new ReadOptions(), c));

        Assert.StartsWith(Path.GetTempPath(), pattern, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.GetDirectoryName(pattern)), "scratch links remain");
    }

    // Cancels once the program says through the pipe that it is at work; returns what it said.
    private static async Task<string> CancelAsync(string started, Func<CancellationToken, Task> action)
    {
        using var cancellation = new CancellationTokenSource();
        Task task = action(cancellation.Token);
        Task<string> word = Task.Run(() => File.ReadAllText(started));
        Assert.True(await Task.WhenAny(task, word) == word, $"ended early: {task.Exception}");

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task.WaitAsync(LongBeforeItsEnd));
        return (await word).Trim();
    }

    /// <summary>Frames that cancel when the tenth one is taken.</summary>
    private sealed class CancellingFrames(IReadOnlyList<byte[]> frames, CancellationTokenSource cancellation) : IReadOnlyList<byte[]>
    {
        public int Count => frames.Count;

        public byte[] this[int index]
        {
            get
            {
                if (index == 10) cancellation.Cancel();
                return frames[index];
            }
        }

        public IEnumerator<byte[]> GetEnumerator() => frames.GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
