namespace Vgpnn.Media.Tests;

[Collection(nameof(Alone))]
public class ProcessMemoryTests : MediaTest
{
    [Fact]
    public async Task A_flood_on_both_streams_is_read_and_forgotten()
    {
        string script = Folder.Script("ffmpeg", "head -c 20000000 /dev/zero >&2\nhead -c 20000000 /dev/zero\nyes '[error] flood' | head -n 100000 >&2");
        long before = GC.GetTotalMemory(forceFullCollection: true);

        FfmpegOutcome outcome = await FfmpegProcess.RunAsync(new FfmpegRun(script, []), CancellationToken.None);

        Assert.Equal(0, outcome.ExitCode);
        Assert.InRange(outcome.Log.Errors.Count, 1, 100);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 5_000_000);
    }
}
