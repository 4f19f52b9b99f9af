namespace Vgpnn.Architecture.Tests;

/// <summary>Strongly connected components of a graph (Tarjan 1972).</summary>
internal static class Circles
{
    /// <summary>The components of more than one node.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Of(IEnumerable<string> nodes, Func<string, IEnumerable<string>> next)
    {
        var found = new List<IReadOnlyList<string>>();
        var index = new Dictionary<string, int>();
        var low = new Dictionary<string, int>();
        var stack = new Stack<string>();
        foreach (string node in nodes)
            if (!index.ContainsKey(node)) Visit(node);
        return found;

        void Visit(string node)
        {
            index[node] = low[node] = index.Count;
            stack.Push(node);
            foreach (string other in next(node))
            {
                if (!index.ContainsKey(other)) Visit(other);
                if (stack.Contains(other)) low[node] = Math.Min(low[node], low[other]);
            }

            if (low[node] != index[node]) return;
            var component = new List<string>();
            do component.Add(stack.Pop());
            while (component[^1] != node);
            if (component.Count > 1) found.Add([.. component.Order(StringComparer.Ordinal)]);
        }
    }
}
