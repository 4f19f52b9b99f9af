namespace Vgpnn.Client.Tests.Support;

/// <summary>Tiny clips made by ffmpeg.</summary>
public static class TestClip
{
    /// <summary>A clip of moving shapes.</summary>
    public static async Task<string> MakeAsync(TemporaryDirectory place, string name = "clip.mp4", int frames = 6, int width = 48, int height = 32)
    {
        string path = place[name];
        ProcessResult made = await ChildProcess.RunAsync(
            "ffmpeg",
            [
                "-nostdin", "-v", "error", "-f", "lavfi", "-i", $"testsrc2=size={width}x{height}:rate=10",
                "-frames:v", $"{frames}", "-pix_fmt", "yuv420p", $"file:{path}",
            ],
            place.Root);
        Assert.True(made.ExitCode == 0, made.Error);
        return path;
    }
}
