using Vgpnn.Operations.Tests.Manifests;
using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>Whoever is woken by an alarm finds what it means.</summary>
public class AlarmTests
{
    [Fact]
    public void Every_alarm_is_explained_under_its_name()
    {
        string operations = File.ReadAllText(Repository.At("docs", "operations.md"));
        string[] alarms = [.. Resource.Parse(File.ReadAllText(Repository.At("k8s", "alarms.yaml"))).Single().List("groups").SelectMany(g => g.List("rules")).Select(r => r.Text("alert")!)];
        Assert.True(alarms.Length > 5);
        Assert.All(alarms, name => Assert.Contains($"**{name}**", operations, StringComparison.Ordinal));
    }
}
