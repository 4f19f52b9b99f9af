using System.Globalization;

namespace Vgpnn.Benchmarks.Simulation;

/// <summary>
/// <code>dotnet run -c Release --project benchmarks -- simulate [NODES [COSTS]]</code>
/// The tables of docs/scale.md; with six costs of one's own database (<see cref="DatabaseCost"/>) in milliseconds, commas between them.
/// </summary>
internal static class SimulateVerb
{
    public const string Name = "simulate";

    private const int Seed = 1;

    public static void Run(IReadOnlyList<string> arguments, TextWriter output)
    {
        int nodes = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 1000;
        DatabaseCost cost = arguments.Count > 1 ? DatabaseCost.Parse(arguments[1]) : DatabaseCost.Usual;
        WriteDays(new Scenario { Name = "as it is", Nodes = nodes, Cost = cost }, output);
        output.WriteLine();
        WriteSizes(new Scenario { Name = "", Day = 14_400, Cost = cost }, output);
    }

    private static void WriteDays(Scenario plain, TextWriter output)
    {
        Scenario[] days =
        [
            plain,
            plain with { Name = "nodes do not look at what they have warm", Affinity = false },
            plain with { Name = "nodes sooner take what they have warm of any tenant, if it is 300 s ahead at most", Slack = 300 },
            plain with { Name = "every node dies once a day", DeathsPerDay = 1 },
            plain with { Name = "every node dies once an hour", DeathsPerDay = 24 },
            plain with { Name = "a third of the nodes dies at noon", LostAtNoon = 1.0 / 3 },
            plain with { Name = "a quarter more work", Load = 0.75 },
            plain with { Name = "more work than slots", Load = 1.05 },
        ];
        output.WriteLine("| a day of | samples | useful | warm | wasted | first sample: median tenant | 95 %, median tenant | 95 %, worst tenant | lost turns |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (Scenario day in days)
        {
            SimulationResult result = ClusterSimulation.Run(day, Seed);
            IReadOnlyList<(int Tenant, double Median, double High)> waits = result.Waits;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {day.Name} | {result.Begun:N0} | {result.Utilisation:P1} | {result.HitRate:P1} | {result.Wasted:P1} | {Median(waits.Select(w => w.Median)):0.00} s | {Median(waits.Select(w => w.High)):0.00} s | {waits[^1].High:0.0} s | {result.Deaths:N0} |"));
        }
    }

    private static void WriteSizes(Scenario usual, TextWriter output)
    {
        output.WriteLine("| nodes | samples of | admissions/s, busiest minute | admission lock held | longest wait for it | database's processors |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (int nodes in (int[])[30, 100, 300, 1000, 2000]) Write(usual with { Nodes = nodes }, "the usual mix");
        foreach (int nodes in (int[])[100, 300, 1000]) Write(usual with { Nodes = nodes, Mix = [usual.Mix[0] with { Share = 1 }] }, "6 s each");

        void Write(Scenario scenario, string what)
        {
            SimulationResult result = ClusterSimulation.Run(scenario, Seed);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {scenario.Nodes:N0} | {what} | {result.Peak:0.0} | {result.LockUtilisation:P0} | {result.LongestLockWait:0.00} s | {result.DatabaseCores:0.0} |"));
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
