using System.Text.RegularExpressions;
using Vgpnn.Operations.Tests.Manifests;
using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Observing;

public partial class AlarmTests
{
    [Fact]
    public void Every_alarm_is_explained_under_its_name()
    {
        string operations = File.ReadAllText(Repository.At("docs", "operations.md"));
        string[] alarms = [.. Rules().Select(r => r.Text("alert")!)];
        Assert.True(alarms.Length > 10);
        Assert.Equal(alarms.Length, alarms.Distinct().Count());
        Assert.All(alarms, name => Assert.Contains($"**{name}**", operations, StringComparison.Ordinal));
        Assert.All(Explained().Matches(operations).Select(m => m.Groups[1].Value), name => Assert.Contains(name, alarms));
    }

    [Fact]
    public void Every_alarm_has_a_severity_and_a_summary() => Assert.All(Rules(), rule =>
    {
        Assert.Contains(rule.Text("labels.severity"), (string[])["page", "ticket", "info"]);
        Assert.NotEmpty(rule.Text("annotations.summary")!);
    });

    private static IEnumerable<Resource> Rules() =>
        Resource.Parse(File.ReadAllText(Repository.At("k8s", "alarms.yaml"))).Single().List("groups").SelectMany(g => g.List("rules"));

    [GeneratedRegex(@"\*\*(Vgpnn\w+)\*\*")]
    private static partial Regex Explained();
}
