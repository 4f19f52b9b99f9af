using Xunit.Abstractions;

namespace Vgpnn.Architecture.Tests;

/// <summary>Arrows between projects and between folders go down only.</summary>
public sealed class ArrowTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Vgpnn.Kernels"] = [],
        ["Vgpnn.Contracts"] = [],
        ["Vgpnn.Synthesis"] = ["Vgpnn.Kernels"],
        ["Vgpnn.Media"] = ["Vgpnn.Synthesis", "Vgpnn.Kernels"],
        ["Vgpnn.Grains"] = ["Vgpnn.Media", "Vgpnn.Synthesis", "Vgpnn.Kernels"],
        ["silo"] = ["Vgpnn.Grains", "Vgpnn.Contracts", "Vgpnn.Media", "Vgpnn.Synthesis", "Vgpnn.Kernels"],
        ["vgpnn"] = ["Vgpnn.Contracts", "Vgpnn.Media", "Vgpnn.Synthesis", "Vgpnn.Kernels"],
    };

    [Fact]
    public void Projects_use_only_those_below_them()
    {
        string[] wrong = [.. TypeGraph.Product.Arrows.Where(a => a.From.Project != a.To.Project && !Allowed[a.From.Project].Contains(a.To.Project))
            .Select(a => $"{a.From.Name} names {a.To.Name}").Distinct().Order(StringComparer.Ordinal)];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Folders_have_no_circles()
    {
        var arrows = TypeGraph.Product.Arrows.Where(a => a.From.Project == a.To.Project && a.From.Namespace != a.To.Namespace).ToList();
        ILookup<string, string> next = arrows.Select(a => (a.From.Namespace, To: a.To.Namespace)).Distinct().ToLookup(a => a.Namespace, a => a.To);
        var circles = new List<string>();
        foreach (IReadOnlyList<string> circle in Circles.Of(next.Select(n => n.Key), n => next[n]))
        {
            circles.Add(string.Join(", ", circle));
            circles.AddRange(arrows.Where(a => circle.Contains(a.From.Namespace) && circle.Contains(a.To.Namespace))
                .GroupBy(a => (a.From.Namespace, To: a.To.Namespace)).OrderBy(g => g.Count())
                .Select(g => $"  {g.Key.Namespace} -> {g.Key.To}: {string.Join("; ", g.Take(4).Select(a => $"{Short(a.From)} names {Short(a.To)}"))}{(g.Count() > 4 ? $"; {g.Count()} in all" : "")}"));
        }

        Assert.True(circles.Count == 0, $"folders that use each other in a circle:\n{string.Join('\n', circles)}");
    }

    [Fact]
    public void Types_have_few_neighbours()
    {
        // A type that names dozens of others of its product cannot be read alone.
        var counts = TypeGraph.Product.Arrows.GroupBy(a => a.From.Name).Select(g => (g.Key, Count: g.Count())).OrderByDescending(g => g.Count).ToList();
        output.WriteLine($"median {counts[counts.Count / 2].Count}, most: {string.Join(", ", counts.Take(10).Select(c => $"{c.Key} {c.Count}"))}");
        Assert.True(counts[0].Count <= 40, $"{counts[0].Key} names {counts[0].Count} types");
    }

    private static string Short(TypeNode type) => type.Name[(type.Namespace.Length + 1)..];
}
