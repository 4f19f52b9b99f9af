using Vgpnn.Kernels.Volumes;
using Vgpnn.Media.Sandbox;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Tests;

public class WriteFailureTests : MediaTest
{
    [Fact]
    public async Task A_directory_that_does_not_exist_is_named() =>
        await FailsAsync("output-directory-missing", Folder["missing/clip.mp4"], ClipFormat.Mp4);

    [Fact]
    public async Task A_directory_is_not_replaced_by_a_file()
    {
        Directory.CreateDirectory(Folder["clip.mp4"]);

        await FailsAsync("output-in-the-way", Folder["clip.mp4"], ClipFormat.Mp4);
    }

    [Fact]
    public async Task A_file_is_not_replaced_by_a_directory()
    {
        Folder.Write("frames", "precious");

        await FailsAsync("output-in-the-way", Folder["frames"], ClipFormat.Png);

        Assert.Equal("precious", File.ReadAllText(Folder["frames"]));
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("holiday1.png")]
    [InlineData(".hidden")]
    public async Task A_directory_with_anything_but_frames_in_it_is_not_replaced(string name)
    {
        Directory.CreateDirectory(Folder["frames"]);
        Folder.Write(Path.Combine("frames", name), "precious");

        await FailsAsync("output-in-the-way", Folder["frames"], ClipFormat.Png);

        Assert.Equal("precious", File.ReadAllText(Folder[Path.Combine("frames", name)]));
        Assert.Equal(["frames"], Folder.Names);
    }

    [Fact]
    public async Task The_root_directory_is_not_replaced() => await FailsAsync("output-in-the-way", "/", ClipFormat.Png);

    [Theory]
    [InlineData(ClipFormat.Mp4)]
    [InlineData(ClipFormat.Png)]
    public void Read_only_directory_is_reported(ClipFormat format)
    {
        OtherUser.Unlock(Folder.Path);

        string? code = OtherUser.Run(() =>
        {
            // Read-only for its owner too, who is the one that runs the tests where they are not run by root.
            if (!OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess) File.SetUnixFileMode(Folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            Task task = ClipWriter.WriteAsync(Noise(16, 16, 2), Folder["out"], format);
            return (task.Exception?.InnerException as VgpnnException)?.Code;
        });

        OtherUser.Unlock(Folder.Path);
        Assert.Equal("output-denied", code);
        Assert.Empty(Folder.Names);
    }

    [Fact]
    public async Task A_full_disk_is_named_and_leaves_what_was_there()
    {
        // The real ffmpeg, but it writes to the device that is always full.
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", $"for last; do :; done\nn=$#\nwhile [ $n -gt 1 ]; do set -- \"$@\" \"$1\"; shift; n=$((n-1)); done\nshift\nexec {Programs.Ffmpeg} \"$@\" /dev/full");
        Folder.Write("clip.gif", "before");

        await FailsAsync("disk-full", Folder["clip.gif"], ClipFormat.Gif, new ProgramPath(bin.Path));

        Assert.Equal("before", File.ReadAllText(Folder["clip.gif"]));
        Assert.Equal(["clip.gif"], Folder.Names);
    }

    [Fact]
    public async Task An_encoder_that_dies_leaves_nothing()
    {
        using var bin = new MediaFolder();
        bin.Script("ffmpeg", "head -c 100 >/dev/null\nkill -9 $$");

        VgpnnException e = await FailsAsync("output-failed", Folder["clip.mp4"], ClipFormat.Mp4, new ProgramPath(bin.Path));

        Assert.Contains("137", e.Message, StringComparison.Ordinal);
        Assert.Empty(Folder.Names);
    }

    private static async Task<VgpnnException> FailsAsync(string code, string path, ClipFormat format, ProgramPath? tools = null)
    {
        VgpnnException e = await Assert.ThrowsAsync<VgpnnException>(
            () => ClipWriter.WriteAsync(
                tools ?? ProgramPath.Environment, Task.FromResult(Noise(64, 64, 20)), new Extent(20, 64, 64), new FrameRate(10, 1), path, format, null, CancellationToken.None));
        Assert.Equal((ErrorKind.Device, code), (e.Kind, e.Code));
        return e;
    }
}
