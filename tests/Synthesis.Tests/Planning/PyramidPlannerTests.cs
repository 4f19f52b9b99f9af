using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Planning;

public class PyramidPlannerTests
{
    private static readonly MethodOptions Defaults = new();

    private static readonly Gen<Extent> Clips = Gen.OneOf(
        Properties.Extents(new Extent(2, 8, 8), new Extent(6, 24, 24)),
        Properties.Extents(new Extent(2, 8, 8), new Extent(40, 200, 300)),
        Properties.Extents(new Extent(2, 8, 8), new Extent(150, 2000, 2000)));

    [Fact]
    public void Clip_of_at_least_2_frames_and_8_pixels_has_a_plan_with_default_options() =>
        Properties.Holds(Clips, clip =>
        {
            PyramidPlan plan = PyramidPlanner.Plan(clip, Defaults);
            PlanAssert.IsSane(plan, Defaults);
            Assert.Equal(clip, plan.Input);
        }, count: 500);

    /// <summary>All of the smallest sizes, not a random selection.</summary>
    [Fact]
    public void Every_smallest_size_has_a_plan_with_default_options()
    {
        for (int t = 2; t <= 9; t++)
            for (int h = 8; h <= 24; h++)
                for (int w = 8; w <= 24; w += 4)
                    PlanAssert.IsSane(PyramidPlanner.Plan(new Extent(t, h, w), Defaults), Defaults);
    }

    [Fact]
    public void Options_within_their_ranges_give_a_plan_or_one_clear_error()
    {
        int planned = 0;
        Properties.Holds(
            from clip in Clips
            from options in Options
            select (clip, options),
            c =>
            {
                try
                {
                    PlanAssert.IsSane(PyramidPlanner.Plan(c.clip, c.options), c.options);
                    planned++;
                }
                catch (VgpnnException e)
                {
                    Assert.Contains(e.Code, (string[])["too-many-levels", "input-too-small", "input-too-large"]);
                    Assert.False(string.IsNullOrEmpty(e.Hint));
                    Assert.DoesNotContain('\n', e.Message);
                }
            },
            count: 500);

        // Most options are valid.
        Assert.InRange(planned, 250, 500);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(23, 23)]
    [InlineData(24, 19)]
    [InlineData(30, 24)]
    [InlineData(100, 80)]
    public void Output_is_20_percent_shorter_from_24_frames_on_by_default(int frames, int expected)
    {
        var clip = new Extent(frames, 36, 64);
        PyramidPlan plan = PyramidPlanner.Plan(clip, Defaults);
        Assert.Equal(clip with { T = expected }, plan.Output);
        Assert.Equal(frames < 24 ? 1 : 0.8, plan.OutputScale.T);
        Assert.Equal(clip, PyramidPlanner.Plan(clip, new MethodOptions { Scale = Scale.One }).Output);
    }

    [Fact]
    public void Coarsest_output_has_the_minimum_size_when_the_input_allows_it() =>
        Properties.Holds(Properties.Extents(new Extent(4, 16, 16), new Extent(60, 200, 200)), clip =>
        {
            var options = new MethodOptions { Scale = Scale.One };
            LevelPlan coarsest = PyramidPlanner.Plan(clip, options).Coarsest;
            Assert.Equal(options.MinT, coarsest.Output.T);
            Assert.Equal(options.MinS, coarsest.Output.ShortSide);
        });

    [Fact]
    public void Aspect_ratio_is_kept_at_all_levels() =>
        Properties.Holds(Clips, clip =>
        {
            foreach (LevelPlan level in PyramidPlanner.Plan(clip, Defaults).Levels)
            {
                Assert.InRange(level.Input.H - (clip.H * level.Scale.H), -1e-4, 1);
                Assert.InRange(level.Input.W - (clip.W * level.Scale.H), -1e-4, 1);
            }
        });

    [Fact]
    public void Large_levels_use_smaller_patches_and_one_iteration_by_default()
    {
        var clip = new Extent(13, 480, 854);
        foreach (LevelPlan level in PyramidPlanner.Plan(clip, Defaults).Levels)
        {
            bool large = level.Output.Count > 3_000_000;
            Assert.Equal(large ? new Extent(3, 5, 5) : new Extent(3, 7, 7), level.Patch);
            if (level.Index > 0 && level.Scale != PyramidPlanner.Plan(clip, Defaults).Coarsest.Scale) Assert.Equal(large ? 1 : 5, level.Iterations);
        }

        Assert.True(PyramidPlanner.Plan(clip, Defaults).Levels[0].Output.Count > 3_000_000);
        var told = new MethodOptions { Patch = new Extent(2, 9, 9), Iterations = 3 };
        LevelPlan finest = PyramidPlanner.Plan(clip, told).Levels[0];
        Assert.Equal((new Extent(2, 9, 9), 3), (finest.Patch, finest.Iterations));
    }

    [Fact]
    public void Downscale_factor_1_does_not_shrink_its_axis()
    {
        var clip = new Extent(12, 60, 80);
        Assert.All(PyramidPlanner.Plan(clip, new MethodOptions { DownscaleT = 1 }).Levels, l => Assert.Equal(12, l.Input.T));
        Assert.All(PyramidPlanner.Plan(clip, new MethodOptions { DownscaleS = 1 }).Levels, l => Assert.Equal((60, 80), (l.Input.H, l.Input.W)));
        Assert.Single(PyramidPlanner.Plan(clip, new MethodOptions { DownscaleT = 1, DownscaleS = 1 }).Levels);
    }

    public static TheoryData<string> OutOfRange => new(Wrong.Keys);

    private static readonly Dictionary<string, MethodOptions> Wrong = new()
    {
        ["scale too small"] = new() { Scale = new Scale(0.09, 1, 1) },
        ["scale too large"] = new() { Scale = new Scale(1, 4.1, 1) },
        ["scale no number"] = new() { Scale = new Scale(1, 1, double.NaN) },
        ["downscale 0"] = new() { DownscaleT = 0 },
        ["downscale above 1"] = new() { DownscaleS = 1.01 },
        ["downscale no number"] = new() { DownscaleS = double.NaN },
        ["no frames"] = new() { MinT = 0 },
        ["no pixels"] = new() { MinS = -1 },
        ["patch of nothing"] = new() { Patch = new Extent(3, 0, 7) },
        ["patch too large"] = new() { Patch = new Extent(3, 7, 200) },
        ["no iteration"] = new() { Iterations = 0 },
        ["noise below 0"] = new() { Noise = -1 },
        ["noise without end"] = new() { Noise = double.PositiveInfinity },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void Option_out_of_range_is_refused_with_its_range(string which)
    {
        VgpnnException e = Assert.Throws<VgpnnException>(() => PyramidPlanner.Plan(new Extent(10, 64, 64), Wrong[which]));
        Assert.Equal((ErrorKind.Usage, "option-out-of-range"), (e.Kind, e.Code));
        Assert.Contains("use ", e.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 64, 64, 1, "1 frame")]
    [InlineData(5, 7, 64, 1, "64×7")]
    [InlineData(5, 64, 7, 1, "7×64")]
    [InlineData(5, 20, 20, 0.3, "6×6")]
    public void Clip_or_output_that_is_too_small_is_refused_with_its_size(int t, int h, int w, double scale, string named)
    {
        VgpnnException e = Assert.Throws<VgpnnException>(
            () => PyramidPlanner.Plan(new Extent(t, h, w), new MethodOptions { Scale = new Scale(1, scale, scale) }));
        Assert.Equal((ErrorKind.Input, "input-too-small"), (e.Kind, e.Code));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Clip_that_is_too_large_to_search_is_refused()
    {
        VgpnnException e = Assert.Throws<VgpnnException>(() => PyramidPlanner.Plan(new Extent(600, 4320, 7680), Defaults));
        Assert.Equal((ErrorKind.Input, "input-too-large"), (e.Kind, e.Code));
    }

    private static Gen<MethodOptions> Options =>
        from scaled in Gen.Elements(true, false)
        from t in Properties.Between(0.3, 2)
        from h in Properties.Between(0.3, 2)
        from w in Properties.Between(0.3, 2)
        from downscaleT in Gen.OneOf(Properties.Between(0.3, 1), Gen.Constant(1.0), Properties.Between(0.1, 0.3))
        from downscaleS in Gen.OneOf(Properties.Between(0.3, 1), Gen.Constant(1.0), Properties.Between(0.1, 0.3))
        from minT in Gen.Choose(1, 40)
        from minS in Gen.Choose(1, 60)
        from patched in Gen.Elements(true, false)
        from patch in Properties.Extents(new Extent(1, 1, 1), new Extent(9, 15, 15))
        from iterations in Gen.Choose(0, 10)
        from search in Gen.Elements(Enum.GetValues<SearchMethod>())
        from engine in Gen.Elements(Enum.GetValues<Engine>())
        select new MethodOptions
        {
            Scale = scaled ? new Scale(t, h, w) : null,
            DownscaleT = downscaleT,
            DownscaleS = downscaleS,
            MinT = minT,
            MinS = minS,
            Patch = patched ? patch : null,
            Iterations = iterations == 0 ? null : iterations,
            Search = search,
            Engine = engine,
        };
}
