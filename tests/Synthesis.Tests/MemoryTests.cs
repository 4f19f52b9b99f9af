using Vgpnn.Kernels;
using Vgpnn.Synthesis.Media;
using Xunit.Abstractions;

namespace Vgpnn.Synthesis.Tests;

[Collection(nameof(Alone))]
public class MemoryTests(ITestOutputHelper output)
{
    /// <summary>What is alive whenever the run reports something, over two samples, against what the plan promises.</summary>
    [Theory]
    [InlineData(Engine.Fast, SearchMethod.PatchMatch, 1, 1)]
    [InlineData(Engine.Fast, SearchMethod.PatchMatch, 0.7, 1.3)]
    [InlineData(Engine.Fast, SearchMethod.JumpFlood, 1.5, 0.6)]
    [InlineData(Engine.Float, SearchMethod.PatchMatch, 0.7, 1.3)]
    [InlineData(Engine.Float, SearchMethod.JumpFlood, 1.5, 0.6)]
    public void A_run_never_holds_more_than_its_plan_says(Engine engine, SearchMethod search, double t, double w)
    {
        Clip clip = TestClip.Noise(12, 64, 96);
        var options = new MethodOptions { Scale = new Scale(t, 1, w), Iterations = 1, Noise = 3, Search = search, Engine = engine };
        var generator = new Generator(clip, options);

        // The workers' scratch memory is pooled by the process and part of the base: a run before this one has filled the pools.
        TestClip.Sample(TestClip.Noise(6, 64, 96), options, threads: 2);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        for (int index = 0; index < 2; index++)
        {
            // Once per level and once within its search; the clip itself was there before.
            int level = -1;
            Clip sample = generator.Sample(1, index, new Workers(2), e =>
            {
                if (e is IterationProgress && e.Level.Index == level) return;
                level = e.Level.Index;
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            });
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
            GC.KeepAlive(sample);
        }

        long promised = generator.Plan.PeakBytes - PlanCost.BaseBytes - (3 * clip.Extent.Count);
        output.WriteLine($"{most:N0} bytes of {promised:N0}");

        // The base covers what is not volumes; a megabyte of it is for the test's and the runtime's own objects.
        Assert.InRange(most, promised / 4, promised + (1 << 20));
    }

    [Theory]
    [InlineData("loop")]
    [InlineData("several")]
    [InlineData("inpainting")]
    [InlineData("analogy")]
    [InlineData("sketch")]
    public void Nor_do_the_other_applications(string what)
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
        Sampler Create() => what switch
        {
            "several" => new Generator([clip, other], options),
            "analogy" or "sketch" => new Analogist(clip, other, options),
            "inpainting" => new Inpainter(clip, new Clip([half], 96, 64, clip.FrameRate), null, options),
            _ => new Generator(clip, options),
        };
        Create().Sample(1, 0, new Workers(2));
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Sampler sampler = Create();
        long most = 0;
        int level = -1;
        Clip sample = sampler.Sample(1, 0, new Workers(2), e =>
        {
            if (e is IterationProgress && e.Level.Index == level) return;
            level = e.Level.Index;
            most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        });
        most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        GC.KeepAlive(sample);
        long promised = sampler.Plan.PeakBytes - PlanCost.BaseBytes - (3 * sampler.Plan.Input.Count);
        output.WriteLine($"{most:N0} bytes of {promised:N0}");
        Assert.InRange(most, promised / 4, promised + (1 << 20));
    }
}
