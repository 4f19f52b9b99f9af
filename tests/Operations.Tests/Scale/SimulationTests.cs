using Vgpnn.Benchmarks.Simulation;

namespace Vgpnn.Operations.Tests.Scale;

/// <summary>The simulation of docs/scale.md on a small cluster.</summary>
public class SimulationTests
{
    private static readonly Scenario Small = new() { Name = "small", Silos = 20, Tenants = 10, Duration = 7200 };

    [Fact]
    public void Simulation_gives_the_same_figures_for_the_same_seed() => Assert.Equal(Figures(Small, 3), Figures(Small, 3));

    [Fact]
    public void Crashes_cost_work_but_no_sample()
    {
        SimulationResult calm = ClusterSimulation.Run(Small, 1), crashing = ClusterSimulation.Run(Small with { CrashesPerDay = 240 }, 1);
        Assert.True(crashing.Interrupted > 50, $"{crashing.Interrupted} jobs were interrupted");
        Assert.Equal(calm.Samples, crashing.Samples);
        Assert.Equal(calm.Samples, calm.Started);
        Assert.InRange(crashing.Started, crashing.Samples + 1, crashing.Samples + crashing.Interrupted);
        Assert.True(crashing.Wasted > calm.Wasted);
    }

    [Fact]
    public void Quiet_tenants_do_not_wait_for_loud_ones_when_there_is_more_work_than_slots()
    {
        SimulationResult result = ClusterSimulation.Run(Small with { Load = 1.5, Tenants = 40 }, 1);
        double loudest = result.Waits.Single(w => w.Tenant == 0).Median, quietest = result.Waits.Single(w => w.Tenant == 39).Median;
        Assert.True(quietest < loudest / 5, $"{quietest:F1} s against {loudest:F1} s");
    }

    [Fact]
    public void Tenants_with_endless_work_get_their_shares()
    {
        SimulationResult result = ClusterSimulation.Run(Small with { Saturated = true }, 1);
        Assert.InRange(result.Fairness, 0.95, 1);
    }

    [Fact]
    public void Simulation_names_the_part_that_limits_the_cluster()
    {
        (string slowStorage, double silos) = ClusterSimulation.Run(Small with { Cost = ClusterCost.Postgres with { WritesPerSecond = 100 } }, 1).Limit;
        (string slowDispatcher, _) = ClusterSimulation.Run(Small with { Cost = ClusterCost.Postgres with { CallMicroseconds = 20_000 } }, 1).Limit;
        Assert.Equal(("storage", "dispatcher"), (slowStorage, slowDispatcher));
        Assert.InRange(silos, 25, 200);
    }

    [Fact]
    public void Slow_storage_delays_the_start_of_samples()
    {
        double[] medians = [.. ((double[])[4000, 8]).Select(writes =>
        {
            IReadOnlyList<float> latencies = ClusterSimulation.Run(Small with { Cost = ClusterCost.Postgres with { WritesPerSecond = writes } }, 1).StartLatencies;
            return latencies[latencies.Count / 2];
        })];
        Assert.InRange(medians[0], 0.001, 0.02);
        Assert.True(medians[1] > 20 * medians[0], $"{medians[1]} s against {medians[0]} s");
    }

    [Theory]
    [InlineData("postgres", 4000)]
    [InlineData("azure", 770)]
    [InlineData("20,5,1500.5,300", 1500.5)]
    public void Costs_are_read_by_name_or_as_numbers(string text, double writes) => Assert.Equal(writes, ClusterCost.Parse(text).WritesPerSecond);

    [Theory]
    [InlineData("1,2,3")]
    [InlineData("mysql")]
    public void Costs_that_cannot_be_read_are_rejected(string text) => Assert.Throws<FormatException>(() => ClusterCost.Parse(text));

    [Fact]
    public void Outcomes_that_come_during_a_write_share_the_next_one()
    {
        var request = new SimulatedRequest(new SimulatedTenant(0, 1), Small.Mix[0], 10, arrived: 0, number: 1);
        bool[] writes = [.. ((double[])[0, 1, 2, 9, 11, 25, 45]).Select(time => request.Collect(time, writeSeconds: 10))];
        Assert.Equal((bool[])[true, true, false, false, true, true, true], writes);
    }

    private static (long Started, double Utilisation, double HitRate, double End) Figures(Scenario scenario, int seed)
    {
        SimulationResult result = ClusterSimulation.Run(scenario, seed);
        return (result.Started, result.Utilisation, result.HitRate, result.End);
    }
}
