using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Vgpnn.Grains;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Operations.Tests.Observing;

/// <summary>Events have numbers, by which they are found in logs of every version.</summary>
public sealed partial class LogTests
{
    private static readonly Assembly[] Assemblies = [typeof(SiloSettings).Assembly, typeof(GrainException).Assembly];

    [Fact]
    public void Every_event_has_a_number_of_its_own()
    {
        int[] ids = [.. Assemblies.SelectMany(a => a.GetTypes())
            .SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).OfType<int>()];
        Assert.True(ids.Length > 20, $"{ids.Length} events");
        Assert.Empty(ids.GroupBy(id => id).Where(g => g.Count() > 1 || g.Key <= 0).Select(g => g.Key));
    }

    [Fact]
    public void Code_logs_through_numbered_events_only()
    {
        foreach (string file in ((string[])["Silo", "Grains"]).SelectMany(p => Directory.EnumerateFiles(Repository.At("src", p), "*.cs", SearchOption.AllDirectories)))
            Assert.DoesNotMatch(PlainLog(), File.ReadAllText(file));
    }

    [Fact]
    public void Events_that_operations_md_names_exist()
    {
        int[] ids = [.. Assemblies.SelectMany(a => a.GetTypes()).SelectMany(t => t.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.NonPublic))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>()?.EventId).OfType<int>()];
        string operations = File.ReadAllText(Repository.At("docs", "operations.md"));
        foreach (Match named in NamedEvents().Matches(operations))
            foreach (Capture number in named.Groups[1].Captures) Assert.Contains(int.Parse(number.Value, null), ids);
    }

    [GeneratedRegex(@"(?<!Math)\.Log(?:Trace|Debug|Information|Warning|Error|Critical)?\(")]
    private static partial Regex PlainLog();

    [GeneratedRegex(@"\bevent(?:s)? (?:(\d{3})(?: or )?)+")]
    private static partial Regex NamedEvents();
}
