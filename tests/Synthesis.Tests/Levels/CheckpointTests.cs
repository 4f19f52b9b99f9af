using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Levels;

public class CheckpointTests
{
    private static readonly Clip Blobs = TestClip.Blobs();

    [Theory]
    [InlineData(Engine.Fast, SearchMethod.PatchMatch)]
    [InlineData(Engine.Fast, SearchMethod.JumpFlood)]
    [InlineData(Engine.Float, SearchMethod.PatchMatch)]
    [InlineData(Engine.Float, SearchMethod.Exhaustive)]
    public void Run_resumes_from_any_level_with_the_same_bits(Engine engine, SearchMethod search)
    {
        MethodOptions options = TestClip.Quick with { Engine = engine, Search = search };
        var checkpoints = new List<Checkpoint>();
        string whole = new Generator(Blobs, options).Sample(4, 2, new Workers(2), observe: e =>
        {
            if (e is LevelFinished done) checkpoints.Add(Stored(new Checkpoint(done.Level.Index, done.Output)));
        }).ContentHash();

        Assert.Equal(new Generator(Blobs, options).Plan.Levels.Count, checkpoints.Count);
        Assert.All(checkpoints, c => Assert.Equal(whole, TestClip.Sample(Blobs, options, 4, 2, resumeFrom: c)));
    }

    [Theory]
    [InlineData(Engine.Fast, false)]
    [InlineData(Engine.Float, false)]
    [InlineData(Engine.Fast, true)]
    public void Run_resumes_from_the_middle_of_any_level_with_the_same_bits(Engine engine, bool loop)
    {
        MethodOptions options = MethodOptions.For(Application.Generation, loop) with { Iterations = 2, Noise = 3, Engine = engine };
        Clip clip = TestClip.Blobs(frames: 12);
        var checkpoints = new List<Checkpoint>();
        string whole = new Generator(clip, options).Sample(4, 2, new Workers(2), observe: e =>
        {
            if (e is SearchPassed passed) checkpoints.Add(Stored(passed.State));
        }).ContentHash();

        Assert.Contains(checkpoints, c => c is { Level: 0, Part.Iteration: 0 });
        Assert.Contains(checkpoints, c => c is { Level: 0, Part.Iteration: 1 });
        Assert.All(checkpoints, c =>
        {
            Assert.Equal(Saved(c).Length, c.Length);
            Assert.Equal(whole, TestClip.Sample(clip, options, 4, 2, resumeFrom: c));
            Assert.Equal(whole, TestClip.Sample(clip, options, 4, 2, threads: 2, resumeFrom: c));
        });
    }

    [Fact]
    public void Resumed_run_does_only_the_remaining_work()
    {
        var generator = new Generator(Blobs, TestClip.Quick);
        LevelPlan from = generator.Plan.Levels[2];
        var seen = new List<SynthesisEvent>();
        generator.Sample(1, 0, new Workers(1), seen.Add, new Checkpoint(2, new Volume<byte>(from.Output, 3)));
        Assert.Equal([1, 0], seen.OfType<LevelFinished>().Select(e => e.Level.Index));
        Assert.True(seen[0].Fraction > 0);
        Assert.Equal(1, seen[^1].Fraction, 1e-9);
    }

    /// <summary>The caller may keep a checkpoint and use it again.</summary>
    [Fact]
    public void Resuming_does_not_change_the_checkpoint()
    {
        var generator = new Generator(Blobs, TestClip.Quick);
        for (int n = 0; n < generator.Plan.Levels.Count; n++)
        {
            Volume<byte> output = RandomVolume.Noise<byte>(generator.Plan.Levels[n].Output, 3, n);
            byte[] before = output.Samples.ToArray();
            generator.Sample(1, 0, new Workers(1), resumeFrom: new Checkpoint(n, output));
            Assert.Equal(before, output.Samples);
        }
    }

    [Fact]
    public void Saved_state_is_loaded_unchanged()
    {
        var size = new Extent(3, 5, 4);
        Assert.Equal(RandomVolume.Noise(size, 3, 1).Samples, Loaded(RandomVolume.Noise(size, 3, 1)).Samples);
        Assert.Equal(RandomVolume.Noise<byte>(size, 3, 1).Samples, Loaded(RandomVolume.Noise<byte>(size, 3, 1)).Samples);

        Volume<T> Loaded<T>(Volume<T> output)
            where T : unmanaged
        {
            Checkpoint loaded = Stored(new Checkpoint(7, output));
            Assert.Equal((7, size, 3), (loaded.Level, loaded.Output.Extent, loaded.Output.Channels));
            return Assert.IsType<Volume<T>>(loaded.Output);
        }
    }

    [Fact]
    public void Truncated_or_changed_checkpoint_is_refused()
    {
        byte[] bytes = Saved(new Checkpoint(1, RandomVolume.Noise(new Extent(1, 3, 4), 3, 1)));
        for (int length = 0; length < bytes.Length; length++)
            Assert.Throws<InvalidDataException>(() => Checkpoint.Load(new MemoryStream(bytes, 0, length)));
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => Checkpoint.Load(new MemoryStream(changed)));
        }
    }

    [Fact]
    public void Checkpoint_of_another_plan_is_refused()
    {
        var generator = new Generator(Blobs, TestClip.Quick);
        Extent size = generator.Plan.Levels[1].Output;
        Checkpoint[] wrong =
        [
            new(1, new Volume<byte>(size with { W = size.W + 1 }, 3)),
            new(1, new Volume<byte>(size, 1)),
            new(1, new Volume<float>(size, 3)),
            new(0, new Volume<byte>(size, 3)),
            new(generator.Plan.Levels.Count, new Volume<byte>(size, 3)),
            new(-1, new Volume<byte>(size, 3)),
        ];
        Assert.All(wrong, c => Assert.ThrowsAny<ArgumentException>(() => generator.Sample(1, 0, new Workers(1), resumeFrom: c)));
    }

    private static byte[] Saved(Checkpoint checkpoint)
    {
        using var stream = new MemoryStream();
        checkpoint.Save(stream);
        return stream.ToArray();
    }

    private static Checkpoint Stored(Checkpoint checkpoint) => Checkpoint.Load(new MemoryStream(Saved(checkpoint)));
}
