using System.Globalization;

namespace Vgpnn.Benchmarks.Simulation;

/// <summary>
/// <code>dotnet run -c Release --project benchmarks -- simulate [SILOS [COSTS]]</code>
/// Prints the tables of docs/scale.md; COSTS is <c>postgres</c>, <c>azure</c> or four numbers (<see cref="ClusterCost.Parse"/>).
/// </summary>
internal static class SimulateVerb
{
    public const string Name = "simulate";

    private const int Seed = 1;

    public static void Run(IReadOnlyList<string> arguments, TextWriter output)
    {
        int silos = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1000;
        ClusterCost[] costs = arguments.Count > 1 ? [ClusterCost.Parse(arguments[1])] : [ClusterCost.Postgres, ClusterCost.Azure];
        WriteDays(new Scenario { Name = "60 % load", Silos = silos, Cost = costs[0] }, output);
        output.WriteLine();
        WriteSizes(costs, output);
    }

    private static void WriteDays(Scenario plain, TextWriter output)
    {
        Scenario[] days =
        [
            plain,
            plain with { Name = "every silo crashes once a day", CrashesPerDay = 1 },
            plain with { Name = "every silo crashes once an hour", CrashesPerDay = 24 },
            plain with { Name = "a third of the silos crash at noon", LostAtHalf = 1.0 / 3 },
            plain with { Name = "75 % load", Load = 0.75 },
            plain with { Name = "105 % load", Load = 1.05 },
        ];
        output.WriteLine("| a day with | samples | useful | warm | wasted | first sample: median tenant | 95 %, median tenant | 95 %, worst tenant | interrupted jobs |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (Scenario day in days)
        {
            SimulationResult result = ClusterSimulation.Run(day, Seed);
            IReadOnlyList<(int Tenant, double Median, double High)> waits = result.Waits;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {day.Name} | {result.Samples:N0} | {result.Utilisation:P1} | {result.HitRate:P1} | {result.Wasted:P1} | {Median(waits.Select(w => w.Median)):0.000} s | {Median(waits.Select(w => w.High)):0.00} s | {waits[^1].High:0.0} s | {result.Interrupted:N0} |"));
        }
    }

    private static void WriteSizes(IReadOnlyList<ClusterCost> costs, TextWriter output)
    {
        output.WriteLine("| storage | silos | samples of | samples/s | dispatcher, share of a core | its longest queue | writes/s | storage load | membership rows/s | start latency: median, 99 % | least share | limits first |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        var hour = new Scenario { Name = "", Load = 0.8, Swing = 0, Duration = 3600 };
        Scenario previews = hour with { Duration = 900, Load = 0.65, Mix = [hour.Mix[0] with { Share = 1 }] };
        foreach (ClusterCost cost in costs)
        {
            foreach (int silos in (int[])[3, 30, 300, 1000, 3000]) WriteSize(hour with { Silos = silos, Cost = cost }, "the usual mix", output);
            foreach (int silos in (int[])[300, 1000]) WriteSize(previews with { Silos = silos, Cost = cost }, "6 s each", output);
        }
    }

    private static void WriteSize(Scenario scenario, string what, TextWriter output)
    {
        SimulationResult result = ClusterSimulation.Run(scenario, Seed);
        SimulationResult saturated = ClusterSimulation.Run(scenario with { Saturated = true, Tenants = 20, MaxRunning = int.MaxValue, Duration = 1800 }, Seed);
        IReadOnlyList<float> latencies = result.StartLatencies;
        (string part, double silos) = result.Limit;
        string limit = silos > 1.01 * scenario.Silos ? string.Create(CultureInfo.InvariantCulture, $"{part}, at {Rounded(silos):N0} silos") : $"{part}, exceeded";
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {scenario.Cost.Name} | {scenario.Silos:N0} | {what} | {result.SamplesPerSecond:0.0} | {result.DispatcherLoad:P1} | {1000 * result.DispatcherWait:0.0} ms | {result.StorageLoad * scenario.Cost.WritesPerSecond:N0} | {result.StorageLoad:P0} | {result.MembershipRows:N0} | {1000 * latencies[latencies.Count / 2]:N0} ms, {1000 * latencies[(int)(latencies.Count * 0.99)]:N0} ms | {saturated.Fairness:P0} | {limit} |"));
    }

    private static double Rounded(double value)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(value)) - 1);
        return Math.Round(value / unit) * unit;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
