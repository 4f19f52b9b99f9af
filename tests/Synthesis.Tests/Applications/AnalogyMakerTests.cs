using Vgpnn.Kernels.Threading;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Tests.Applications;

public class AnalogyMakerTests
{
    private static readonly Clip Content = TestClip.Blobs(8, 40, 48, seed: 3), Style = TestClip.Blobs(7, 40, 56, seed: 8);

    public static TheoryData<Application, Engine> Kinds => new()
    {
        { Application.Analogy, Engine.Fast }, { Application.Analogy, Engine.Float },
        { Application.Sketch, Engine.Fast }, { Application.Sketch, Engine.Float },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Sample_has_the_size_of_its_content_and_does_not_depend_on_threads(Application application, Engine engine)
    {
        MethodOptions options = MethodOptions.For(application) with { Engine = engine };
        Clip one = new AnalogyMaker(Content, Style, options).Sample(1, 0, new Workers(1));
        Assert.Equal(Content.Extent, one.Extent);
        Assert.Equal(one.ContentHash(), new AnalogyMaker(Content, Style, options).Sample(1, 0, new Workers(3)).ContentHash());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Run_resumes_from_any_level_with_the_same_bits(Application application, Engine engine)
    {
        MethodOptions options = MethodOptions.For(application) with { Engine = engine };
        var checkpoints = new List<Checkpoint>();
        string whole = new AnalogyMaker(Content, Style, options).Sample(4, 2, new Workers(2), e =>
        {
            if (e is not LevelFinished done) return;
            using var stream = new MemoryStream();
            new Checkpoint(done.Level.Index, done.Output) { Fields = done.Fields }.Save(stream);
            stream.Position = 0;
            checkpoints.Add(Checkpoint.Load(stream));
        }).ContentHash();
        Assert.All(checkpoints, c => Assert.Equal(whole, new AnalogyMaker(Content, Style, options).Sample(4, 2, new Workers(1), resumeFrom: c).ContentHash()));
        Checkpoint bare = checkpoints[0] with { Fields = default };
        Assert.Throws<ArgumentException>(() => new AnalogyMaker(Content, Style, options).Sample(4, 2, new Workers(1), resumeFrom: bare));
    }

    [Fact]
    public void Sample_has_only_colours_of_the_style()
    {
        byte[][] steps = [.. Style.Frames.Select(f => f.Select(b => (byte)(b / 8 * 8)).ToArray())];
        var style = new Clip(steps, Style.Width, Style.Height, Style.FrameRate);
        Clip result = new AnalogyMaker(Content, style, MethodOptions.For(Application.Analogy)).Sample(1, 0, new Workers(2));
        Assert.All(result.Frames, f => Assert.All(f, b => Assert.Equal(0, b % 8)));
    }

    /// <summary>Dark discs on a light background follow the moving bar of a sketch.</summary>
    [Theory]
    [InlineData(Ink.Auto, 0)]
    [InlineData(Ink.Dark, 0)]
    [InlineData(Ink.Auto, 255)]
    public void Contrasting_objects_follow_the_ink_of_a_sketch(Ink ink, byte stroke)
    {
        var style = Drawn(48, 64, 220, 30, (t, h, w) => ((h + 40 - t) % 12) < 6 && w is > 20 and < 40);
        var sketch = Drawn(48, 64, (byte)(255 - stroke), stroke, (t, _, w) => Math.Abs(w - 12 - (4 * t)) < 8);
        Clip result = new AnalogyMaker(sketch, style, MethodOptions.For(Application.Sketch) with { Ink = ink }).Sample(1, 0, new Workers(2));
        double inside = 0, outside = 0;
        int ins = 0, outs = 0;
        for (int t = 0; t < 10; t++)
        {
            for (int i = 0; i < 48 * 64; i++)
            {
                if (sketch.Frames[t][3 * i] == stroke) (inside, ins) = (inside + result.Frames[t][3 * i], ins + 1);
                else (outside, outs) = (outside + result.Frames[t][3 * i], outs + 1);
            }
        }

        Assert.True(inside / ins < (outside / outs) - 30, $"{inside / ins:F0} where the ink is, {outside / outs:F0} beside it");
    }

    [Fact]
    public void Engines_agree_within_rounding_and_its_consequences()
    {
        var style = Drawn(48, 64, 220, 30, (t, h, w) => ((h + 40 - t) % 12) < 6 && w is > 20 and < 40);
        var sketch = Drawn(48, 64, 255, 0, (t, _, w) => Math.Abs(w - 12 - (4 * t)) < 8);
        Clip Made(Engine e) => new AnalogyMaker(sketch, style, MethodOptions.For(Application.Sketch) with { Engine = e }).Sample(1, 0, new Workers(2));
        Clip a = Made(Engine.Fast), b = Made(Engine.Float);
        double difference = a.Frames.Zip(b.Frames, (x, y) => x.Zip(y, (p, q) => (double)Math.Abs(p - q)).Average()).Average();
        Assert.InRange(difference, 0, 25);
    }

    [Theory]
    [InlineData(3, 20, 24)]
    [InlineData(30, 90, 64)]
    public void Style_is_resized_only_if_it_is_higher_than_the_content(int frames, int height, int width)
    {
        Clip style = TestClip.Blobs(frames, height, width, seed: 5);
        var maker = new AnalogyMaker(Content, style, MethodOptions.For(Application.Analogy));
        Assert.Equal(Math.Min(height, 40), maker.Plan.Input.H);
        Assert.Equal(frames, maker.Plan.Input.T);
        Assert.Equal(height > 40 ? 1 : 0, maker.Notices.Count);
        Assert.Equal(Content.Extent, maker.Sample(1, 0, new Workers(2)).Extent);
    }

    [Fact]
    public void Analogy_of_a_static_clip_is_refused()
    {
        var still = new Clip([.. Enumerable.Repeat(Content.Frames[0], 4)], 48, 40, Content.FrameRate);
        MethodOptions options = MethodOptions.For(Application.Analogy);
        VgpnnException content = Assert.Throws<VgpnnException>(() => new AnalogyMaker(still, Style, options).Prepare(new Workers(2)));
        Assert.Equal((ErrorKind.Input, "nothing-moves"), (content.Kind, content.Code));
        Assert.Contains("content", content.Message, StringComparison.Ordinal);
        VgpnnException style = Assert.Throws<VgpnnException>(() => new AnalogyMaker(Content, still, options).Sample(1, 0, new Workers(2)));
        Assert.Contains("style", style.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Invalid_analogy_options_are_refused()
    {
        MethodOptions preset = MethodOptions.For(Application.Analogy);
        foreach (MethodOptions wrong in (MethodOptions[])
            [
                preset with { Bins = new(1, 5) }, preset with { Bins = new(5, 65) }, preset with { FlowLimit = 1.1 },
                preset with { FlowLimit = double.NaN }, preset with { Completeness = 0 }, preset with { Loop = true },
            ])
            Assert.Equal(ErrorKind.Usage, Assert.Throws<VgpnnException>(() => new AnalogyMaker(Content, Style, wrong)).Kind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Structure_guides_levels_up_to_the_flow_limit(double limit)
    {
        var maker = new AnalogyMaker(Content, Style, MethodOptions.For(Application.Analogy) with { FlowLimit = limit });
        Assert.Equal(Guide.Structure, maker.Plan.Coarsest.Guide);
        int both = maker.Plan.Levels.Count(l => l.Guide == Guide.StructureAndColour);
        int levels = maker.Plan.Levels.Count;
        Assert.Equal(Math.Max(0, (int)((levels - 1) * limit) - 1), both);
    }

    private static Clip Drawn(int height, int width, byte paper, byte ink, Func<int, int, int, bool> isInk)
    {
        var frames = new byte[10][];
        for (int t = 0; t < 10; t++)
        {
            frames[t] = new byte[3 * height * width];
            for (int i = 0; i < frames[t].Length; i++) frames[t][i] = isInk(t, i / 3 / width, i / 3 % width) ? ink : paper;
        }

        return new Clip(frames, width, height, new FrameRate(10, 1));
    }
}
