using Vgpnn.Media.Ffmpeg;

namespace Vgpnn.Media.Tests;

[Collection(nameof(Alone))]
public class ProcessMemoryTests : MediaTest
{
    [Theory]
    [InlineData("ffmpeg")]
    [InlineData("ffprobe")]
    public async Task Output_and_messages_without_end_cost_no_memory(string tool)
    {
        Folder.Script(tool, "head -c 20000000 /dev/zero >&2\nhead -c 20000000 /dev/zero\nyes '[error] flood' | head -n 100000 >&2");
        long before = GC.GetTotalMemory(forceFullCollection: true);

        FfmpegOutcome outcome = await Programs.RunAsync(Folder.Path, tool, run => run);

        Assert.Equal(0, outcome.ExitCode);
        Assert.InRange(outcome.Log.Errors.Count, 1, 100);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 5_000_000);
    }
}
