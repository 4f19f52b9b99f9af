using System.Globalization;

namespace Vgpnn.Benchmarks.Simulation;

/// <summary>The costs of messages and writes, measured on small clusters.</summary>
/// <param name="Name">Storage that the costs were measured with.</param>
/// <param name="CallMicroseconds">The dispatcher's time for one call, apart from decisions.</param>
/// <param name="DecisionMicroseconds">The dispatcher's time for one decision (benchmark <c>FairShares</c>).</param>
/// <param name="WritesPerSecond">State writes of all grains together.</param>
/// <param name="GrainWritesPerSecond">State writes of one grain, one after another.</param>
internal sealed record ClusterCost(string Name, double CallMicroseconds, double DecisionMicroseconds, double WritesPerSecond, double GrainWritesPerSecond)
{
    /// <summary>Writes of tenant, request and catalog when a request is submitted, one after another.</summary>
    public const int WritesPerSubmission = 3;

    /// <summary>Calls of the dispatcher per job: the worker's report of its completion, and the request's.</summary>
    public const int CallsPerJob = 2;

    /// <summary>Seconds between two reports of an idle worker.</summary>
    public const double ReportSeconds = 1;

    /// <summary>Seconds between two writes of a silo's own membership row, and between two reads of the whole membership table.</summary>
    public const double MembershipSeconds = 5;

    public static ClusterCost Postgres { get; } = new("PostgreSQL", 15, 5, 4000, 1160);

    public static ClusterCost Azure { get; } = new("Azure", 15, 5, 770, 370);

    /// <summary>Parses <c>postgres</c>, <c>azure</c>, or four comma-separated numbers in the order of the parameters.</summary>
    public static ClusterCost Parse(string text)
    {
        if (text == "postgres") return Postgres;
        if (text == "azure") return Azure;
        double[] costs = [.. text.Split(',').Select(c => double.Parse(c, CultureInfo.InvariantCulture))];
        return costs is [var call, var decision, var writes, var grainWrites]
            ? new ClusterCost("given", call, decision, writes, grainWrites)
            : throw new FormatException($"invalid costs '{text}'; use postgres, azure or four numbers such as 15,5,4000,1160");
    }
}
