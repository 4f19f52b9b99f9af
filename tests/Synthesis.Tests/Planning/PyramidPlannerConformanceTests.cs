using System.Text.Json;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Planning;

/// <summary>Compares plans with those of the official program, which numbers levels from the coarsest.</summary>
public class PyramidPlannerConformanceTests
{
    private static readonly JsonElement[] All = Vectors.Cases("02_pyramid/pyramid_shapes");

    public static TheoryData<int> WithAPlan => Where(e => !Raises(e));

    public static TheoryData<int> WithoutAPlan => Where(Raises);

    [Theory]
    [MemberData(nameof(WithAPlan))]
    public void Planned_levels_have_the_sizes_and_scales_of_the_official_program(int index)
    {
        JsonElement entry = All[index];
        JsonElement[] shapes = entry.GetProperty("shapes").EnumerateArray().Reverse().ToArray();
        JsonElement[] scales = entry.GetProperty("scales").EnumerateArray().Reverse().ToArray();

        // At output scale 1 input and output have equal sizes; the official minima apply to the input.
        PyramidPlan plan = PyramidPlanner.Plan(Input(entry), Options(entry));

        Assert.Equal(shapes.Select(s => s.Extent()), plan.Levels.Select(l => l.Input));
        Assert.Equal(plan.Levels.Select(l => l.Input), plan.Levels.Select(l => l.Output));
        foreach ((JsonElement expected, LevelPlan level) in scales.Zip(plan.Levels))
        {
            Scale scale = expected.Scale();
            Assert.Equal(scale.T, level.Scale.T, 1e-6);
            Assert.Equal(scale.H, level.Scale.H, 1e-6);
            Assert.Equal(scale.W, level.Scale.W, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(WithoutAPlan))]
    public void Planner_plans_or_refuses_clearly_when_the_official_program_fails(int index)
    {
        JsonElement entry = All[index];
        MethodOptions options = Options(entry);
        try
        {
            PlanAssert.IsSane(PyramidPlanner.Plan(Input(entry), options), options);
        }
        catch (VgpnnException e)
        {
            // Only a factor close to 1, with too many levels, may be refused.
            Assert.Equal("too-many-levels", e.Code);
            Assert.Equal(0.98, options.DownscaleS);
        }
    }

    /// <summary>The official program fails here: its coarsest output level would have fewer frames than the patch.</summary>
    [Fact]
    public void Output_of_a_clip_halved_in_time_keeps_the_minimum_number_of_frames()
    {
        JsonElement entry = All.First(e => e.GetProperty("note").GetString() == "CLI default sthw of generation");
        MethodOptions options = Options(entry);
        PyramidPlan plan = PyramidPlanner.Plan(Input(entry), options);
        PlanAssert.IsSane(plan, options);
        Assert.Equal(8, plan.Output.T);
        Assert.Equal(3, plan.Coarsest.Output.T);
        Assert.True(plan.Coarsest.Input.T > 3);
    }

    private static TheoryData<int> Where(Func<JsonElement, bool> holds) =>
        new(Enumerable.Range(0, All.Length).Where(i => holds(All[i]) && All[i].GetProperty("sthw").Scale() == Scale.One));

    private static bool Raises(JsonElement entry) => entry.TryGetProperty("raises", out _);

    private static Extent Input(JsonElement entry) =>
        new(entry.GetProperty("T").GetInt32(), entry.GetProperty("H").GetInt32(), entry.GetProperty("W").GetInt32());

    private static MethodOptions Options(JsonElement entry)
    {
        double[] downscale = entry.GetProperty("downfactor").Doubles();
        int[] least = entry.Ints("min_size");
        return new MethodOptions
        {
            Scale = entry.GetProperty("sthw").Scale(),
            DownscaleT = downscale[0],
            DownscaleS = downscale[1],
            MinT = least[0],
            MinS = least[1],
        };
    }
}
