using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends.Cpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Xunit.Abstractions;

namespace Vgpnn.Synthesis.Tests.Planning;

/// <summary>Compares the memory that runs hold with the buffers of their plans.</summary>
[Collection(nameof(Alone))]
public class MemoryTests(ITestOutputHelper output)
{
    /// <summary>
    /// A single thread, the test's own: a thread keeps its scratch memory, which is part of the plan's base, so after a warm-up on it a run allocates only what the
    /// list names.
    /// </summary>
    private static readonly Workers One = new(1);

    [Theory]
    [InlineData(Engine.Fast, SearchMethod.PatchMatch, 1, 1)]
    [InlineData(Engine.Fast, SearchMethod.PatchMatch, 0.7, 1.3)]
    [InlineData(Engine.Fast, SearchMethod.JumpFlood, 1.5, 0.6)]
    [InlineData(Engine.Float, SearchMethod.PatchMatch, 0.7, 1.3)]
    [InlineData(Engine.Float, SearchMethod.JumpFlood, 1.5, 0.6)]
    public void Generation_never_uses_more_memory_than_planned(Engine engine, SearchMethod search, double t, double w)
    {
        Clip clip = TestClip.Noise(12, 64, 96);
        var options = new MethodOptions { Scale = new Scale(t, 1, w), Iterations = 1, Noise = 3, Search = search, Engine = engine };
        AssertWithinPlan(() => new Generator(clip, options));
    }

    [Theory]
    [InlineData("loop")]
    [InlineData("several")]
    [InlineData("inpainting")]
    [InlineData("analogy")]
    [InlineData("sketch")]
    public void Every_application_never_uses_more_memory_than_planned(string what)
    {
        Clip clip = TestClip.Noise(12, 64, 96), other = TestClip.Noise(8, 64, 96);
        Application application = what switch
        {
            "inpainting" => Application.Inpainting,
            "analogy" => Application.Analogy,
            "sketch" => Application.Sketch,
            _ => Application.Generation,
        };
        MethodOptions options = MethodOptions.For(application, what == "loop") with
        {
            Iterations = 1,
            Noise = 3,
        };
        byte[] half = [.. Enumerable.Range(0, 3 * 64 * 96).Select(i => (byte)(i / 3 % 96 < 48 ? 255 : 0))];
        AssertWithinPlan(() => what switch
        {
            "several" => new Generator([clip, other], options),
            "analogy" or "sketch" => new AnalogyMaker(clip, other, options),
            "inpainting" => new Inpainter(clip, new Clip([half], 96, 64, clip.FrameRate), null, options),
            _ => new Generator(clip, options),
        });
    }

    [Fact]
    public void Peak_memory_is_the_largest_sum_of_buffers_held_together()
    {
        var estimate = new MemoryEstimate(
        [
            new(null, "program", 100, Steps.Always), new(null, "motion", 1000, Steps.Prepare), new(1, "output", 10, Steps.Level),
            new(0, "output", 40, Steps.Level), new(0, "coarser output", 10, Steps.Resample), new(0, "index", 7, Steps.SearchStart), new(0, "starts", 200, Steps.Judge),
        ]);
        Assert.Equal(1100, estimate.PeakBytes);
        Assert.Equal(300, estimate.PeakBytesOf(Steps.Run));
        Assert.Equal(150, estimate.PeakBytesOf(Steps.Level));
        Assert.Equal(147, estimate.PeakBytesOf(Steps.AnySearch | Steps.Vote));
        Assert.Equal(["motion", "program"], estimate.AtPeak().Select(b => b.Name));
    }

    /// <summary>
    /// Measures the reachable memory at every event of two samples. An index of the keys is no longer reachable when a search first reports, so it does not
    /// count for the lower bound.
    /// </summary>
    private void AssertWithinPlan(Func<Sampler> create)
    {
        create().Sample(1, 0, One);
        long before = Held();
        Sampler sampler = create();
        long most = 0;
        for (int index = 0; index < 2; index++)
        {
            // Once per level and once within its search; the clips existed before.
            int level = -1;
            Clip sample = sampler.Sample(1, index, One, e =>
            {
                if (e is IterationProgress && e.Level.Index == level) return;
                level = e.Level.Index;
                most = Math.Max(most, Held() - before);
            });
            most = Math.Max(most, Held() - before);
            GC.KeepAlive(sample);
        }

        long there = CpuBuffers.BaseBytes + (3 * sampler.Plan.Input.Count);
        long promised = sampler.Plan.PeakBytes - there, least = sampler.Plan.Memory!.PeakBytesOf(Steps.Search | Steps.Vote) - there;
        output.WriteLine($"{most:N0} bytes of {promised:N0}, at least {least:N0} / 8");
        foreach (LevelBuffer buffer in sampler.Plan.Memory.AtPeak()) output.WriteLine($"{buffer.Bytes,12:N0} {buffer.Name}");

        // A small lower bound shows that the run is measured: meanwhile pools free what earlier tests left.
        Assert.InRange(most, least / 8, promised + (1 << 18));
    }

    // Objects with finalizers and their references, also those of other tests, need two collections.
    private static long Held()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
