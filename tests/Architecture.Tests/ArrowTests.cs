using Xunit.Abstractions;

namespace Vgpnn.Architecture.Tests;

/// <summary>Arrows between projects and between folders go down only.</summary>
public sealed class ArrowTests(ITestOutputHelper output)
{
    /// <summary>Most types of the product that a type may name.</summary>
    public const int MostNeighbours = 40;

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
        var arrows = TypeGraph.Product.Arrows.Where(a => a.From.Project == a.To.Project && a.From.Namespace != a.To.Namespace)
            .ToLookup(a => (From: a.From.Namespace, To: a.To.Namespace), a => $"{Short(a.From)} names {Short(a.To)}");
        var all = arrows.Select(a => a.Key).ToHashSet();
        List<string> wrong = [.. CirclesOf(all.Except(Known.ArrowsUp)).SelectMany(Describe)];
        foreach ((string from, string to) in Known.ArrowsUp)
        {
            // Without the other exceptions it alone must close a circle.
            bool needed = all.Contains((from, to)) && CirclesOf(all.Except(Known.ArrowsUp).Append((from, to))).Count > 0;
            if (!needed) wrong.Add($"{from} -> {to} closes no circle any more; remove the exception");
        }

        Assert.True(wrong.Count == 0, $"folders that use each other in a circle:\n{string.Join('\n', wrong)}");

        IEnumerable<string> Describe(IReadOnlyList<string> circle) =>
            arrows.Where(a => circle.Contains(a.Key.From) && circle.Contains(a.Key.To)).OrderBy(a => a.Count())
                .Select(a => $"  {a.Key.From} -> {a.Key.To} ({a.Count()}): {string.Join("; ", a.Take(4))}").Prepend(string.Join(", ", circle));
    }

    [Fact]
    public void Types_have_few_neighbours()
    {
        // A type that names dozens of others of its product cannot be read alone.
        Dictionary<string, int> counts = TypeGraph.Product.Arrows.GroupBy(a => a.From.Name).ToDictionary(g => g.Key, g => g.Count());
        (string Name, int Count)[] most = [.. counts.Select(c => (c.Key, c.Value)).OrderByDescending(c => c.Value)];
        output.WriteLine($"median {most[most.Length / 2].Count}, most: {string.Join(", ", most.Take(10).Select(c => $"{c.Name} {c.Count}"))}");
        IReadOnlyList<string> wrong = Known.Compare(counts, MostNeighbours, Known.Neighbours);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static IReadOnlyList<IReadOnlyList<string>> CirclesOf(IEnumerable<(string From, string To)> arrows)
    {
        ILookup<string, string> next = arrows.ToLookup(a => a.From, a => a.To);
        return Circles.Of(next.Select(n => n.Key), n => next[n]);
    }

    private static string Short(TypeNode type) => type.Name[(type.Namespace.Length + 1)..];
}
