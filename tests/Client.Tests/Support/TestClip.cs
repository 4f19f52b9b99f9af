namespace Vgpnn.Client.Tests.Support;

/// <summary>Makes tiny clips with ffmpeg.</summary>
public static class TestClip
{
    /// <summary>Makes a clip with moving shapes.</summary>
    public static async Task<string> MakeAsync(TemporaryDirectory place, string name = "clip.mp4", int frames = 6, int width = 48, int height = 32, bool moving = false)
    {
        string path = place[name];
        ProcessResult made = await ChildProcess.RunAsync(
            "ffmpeg",
            [
                "-nostdin", "-v", "error", "-f", "lavfi", "-i", $"testsrc2=size={width}x{height}:rate=10{(moving ? ",scroll=horizontal=0.05" : "")}",
                "-frames:v", $"{frames}", "-pix_fmt", "yuv420p", $"file:{path}",
            ],
            place.Root);
        Assert.True(made.ExitCode == 0, made.Error);
        return path;
    }

    /// <summary>Makes a mask of the clip's default size: a white rectangle on black, or a single colour.</summary>
    public static async Task MakeMaskAsync(TemporaryDirectory place, string name, string? colour = null)
    {
        string picture = colour is null ? "color=black:size=48x32:rate=10,drawbox=x=10:y=8:w=14:h=10:color=white:t=fill" : $"color={colour}:size=48x32:rate=10";
        string[] what = name.EndsWith(".png", StringComparison.Ordinal) ? ["-frames:v", "1"] : ["-frames:v", "6", "-c:v", "ffv1"];
        ProcessResult made = await ChildProcess.RunAsync(
            "ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", picture, .. what, $"file:{place[name]}"], place.Root);
        Assert.True(made.ExitCode == 0, made.Error);
    }
}
