using Vgpnn.Benchmarks.Simulation;

namespace Vgpnn.Operations.Tests.Scale;

/// <summary>The simulation of docs/scale.md on a small cluster: what must come of any policy worth the name.</summary>
public class SimulationTests
{
    private static readonly Scenario Small = new() { Name = "small", Nodes = 20, Tenants = 10, Day = 7200 };

    [Fact]
    public void The_same_seed_gives_the_same_day() => Assert.Equal(Figures(Small, 3), Figures(Small, 3));

    [Fact]
    public void Nodes_that_may_choose_among_tenants_find_more_levels_warm()
    {
        Scenario busy = Small with { Load = 0.8 };
        double with = ClusterSimulation.Run(busy with { Slack = 300 }, 1).HitRate, without = ClusterSimulation.Run(busy with { Affinity = false }, 1).HitRate;
        Assert.True(with > without, $"{with} with, {without} without");
    }

    [Fact]
    public void Deaths_cost_work_but_no_sample()
    {
        SimulationResult calm = ClusterSimulation.Run(Small, 1), deadly = ClusterSimulation.Run(Small with { DeathsPerDay = 240 }, 1);
        Assert.True(deadly.Deaths > 50, $"{deadly.Deaths} turns were lost");
        Assert.Equal(calm.Samples, deadly.Samples);
        Assert.Equal(calm.Begun + deadly.Deaths, deadly.Begun);
        Assert.True(deadly.Wasted > calm.Wasted);
    }

    [Fact]
    public void Where_there_is_more_work_than_slots_the_quiet_do_not_wait_for_the_loud()
    {
        SimulationResult result = ClusterSimulation.Run(Small with { Load = 1.5, Tenants = 40 }, 1);
        double loudest = result.Waits.Single(w => w.Tenant == 0).Median, quietest = result.Waits.Single(w => w.Tenant == 39).Median;
        Assert.True(quietest < loudest / 5, $"{quietest:F1} s against {loudest:F1} s");
    }

    private static (long Begun, double Utilisation, double HitRate, double End) Figures(Scenario scenario, int seed)
    {
        SimulationResult result = ClusterSimulation.Run(scenario, seed);
        return (result.Begun, result.Utilisation, result.HitRate, result.End);
    }
}
