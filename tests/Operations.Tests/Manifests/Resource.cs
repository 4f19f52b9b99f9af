using YamlDotNet.RepresentationModel;

namespace Vgpnn.Operations.Tests.Manifests;

/// <summary>A Kubernetes resource, or a part of one.</summary>
internal sealed class Resource(YamlNode node)
{
    public static IReadOnlyList<Resource> Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return [.. stream.Documents.Select(d => new Resource(d.RootNode))];
    }

    /// <summary>All resources in a folder's files, before kustomize changes them.</summary>
    public static IReadOnlyList<Resource> ReadFolder(string path) =>
        [.. Directory.EnumerateFiles(path, "*.yaml").Where(f => !f.EndsWith("kustomization.yaml", StringComparison.Ordinal)).SelectMany(f => Parse(File.ReadAllText(f)))];

    public string Kind => Text("kind")!;

    public string Name => Text("metadata.name")!;

    /// <summary>Whether it creates pods.</summary>
    public bool IsWorkload => Kind is "Deployment" or "StatefulSet" or "Job" or "CronJob";

    /// <summary>Whether its pods join the cluster.</summary>
    public bool IsSilo => IsWorkload && Template.Text("metadata.labels.[vgpnn/silo]") == "true";

    /// <summary>The template of its pods.</summary>
    public Resource Template => At(Kind == "CronJob" ? "spec.jobTemplate.spec.template" : "spec.template")!;

    /// <summary>The specification of its pods.</summary>
    public Resource Pod => Template.At("spec")!;

    public IReadOnlyList<Resource> Containers => Pod.List("containers");

    /// <summary>A part by its path, such as <c>spec.[a.b/c]</c> with brackets around a name with dots; <c>null</c> if it does not exist.</summary>
    public Resource? At(string path)
    {
        YamlNode? at = node;
        foreach (string name in Names(path))
        {
            at = at is YamlMappingNode mapping && mapping.Children.TryGetValue(new YamlScalarNode(name), out YamlNode? child) ? child : null;
            if (at is null) return null;
        }

        return new Resource(at!);
    }

    public string? Text(string path) => At(path)?.Value;

    public string? Value => (node as YamlScalarNode)?.Value;

    public IReadOnlyList<Resource> List(string path) => At(path)?.Items ?? [];

    public IReadOnlyList<Resource> Items => node is YamlSequenceNode list ? [.. list.Children.Select(c => new Resource(c))] : [];

    public IEnumerable<string> Keys => node is YamlMappingNode mapping ? mapping.Children.Keys.Select(k => ((YamlScalarNode)k).Value!) : [];

    /// <summary>All scalar values in it, with the name of the member that holds each.</summary>
    public IEnumerable<(string Key, string Value)> Texts(string key = "") => node switch
    {
        YamlScalarNode scalar => [(key, scalar.Value ?? "")],
        YamlSequenceNode list => list.Children.SelectMany(c => new Resource(c).Texts(key)),
        YamlMappingNode mapping => mapping.Children.SelectMany(c => new Resource(c.Value).Texts(((YamlScalarNode)c.Key).Value!)),
        _ => [],
    };

    public override string ToString() => $"{Kind}/{Name}";

    private static IEnumerable<string> Names(string path)
    {
        for (int i = 0; i < path.Length;)
        {
            char end = path[i] == '[' ? ']' : '.';
            int start = end == ']' ? i + 1 : i;
            int stop = path.IndexOf(end, start);
            if (stop < 0) stop = path.Length;
            yield return path[start..stop];
            i = end == ']' ? Math.Min(path.Length, stop + 2) : stop + 1;
        }
    }
}
