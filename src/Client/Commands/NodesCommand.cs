using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn nodes</c>: shows the state of the cluster.</summary>
internal sealed class NodesCommand : RemoteVerb
{
    public NodesCommand()
        : base("nodes", "List a server's silos and the latest failures. Needs a key with the scope 'admin'.") => AddCommon();

    public override IReadOnlyList<Example> Examples => [new("nodes", "All silos with their slots, memory and running jobs.")];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        using ApiClient api = Connect(parse);
        ClusterStatus cluster = await api.GetClusterAsync(cancellation);
        if (Json.IsGiven(parse))
        {
            WriteJson(cluster);
            return ExitCode.Success;
        }

        Table table = Tables.New("Silo", "Version", "Running", "Memory", "Last heartbeat");
        foreach (Node node in cluster.Nodes)
        {
            table.AddRow(
                Markup.Escape(node.Id + (node.Draining ? " (draining)" : "")), node.Version, $"{node.Running}/{node.Slots}", ByteSize.Format(node.Memory),
                string.Create(CultureInfo.InvariantCulture, $"{node.Silent:0.0} s ago"));
        }

        Tables.Write(table);
        if (cluster.Failures.Count == 0) return ExitCode.Success;
        Table failures = Tables.New("Tenant", "Failed", "Reason");
        foreach (ClusterFailure failure in cluster.Failures)
            failures.AddRow(Markup.Escape(HumanText.OneLine(failure.Tenant)), failure.What, Markup.Escape(HumanText.OneLine($"{failure.Error.Code}: {failure.Error.Message}")));
        Tables.Write(failures);
        return ExitCode.Success;
    }
}
