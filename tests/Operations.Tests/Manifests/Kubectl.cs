using System.Diagnostics;
using System.Text.Json;
using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Manifests;

/// <summary>A kubectl that can render the overlays: on the path, or installed by ./test.</summary>
internal static class Kubectl
{
    /// <summary>The oldest version whose kustomize supports what the overlays use.</summary>
    public static readonly Version Oldest = new(1, 27);

    private static readonly Lazy<string?> Found = new(() => Candidates().FirstOrDefault(IsNewEnough));

    public static string? Path => Found.Value;

    public static Task<IReadOnlyList<Resource>> RenderAsync(string overlay) => RenderFolderAsync(Repository.At("k8s", "overlays", overlay));

    /// <summary>Renders an overlay with an additional component.</summary>
    public static async Task<IReadOnlyList<Resource>> RenderAsync(string overlay, string component)
    {
        DirectoryInfo folder = Directory.CreateDirectory(Repository.At(".build", $"overlay-{Guid.NewGuid():N}"));
        try
        {
            await File.WriteAllTextAsync(
                System.IO.Path.Combine(folder.FullName, "kustomization.yaml"),
                $"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [../../k8s/overlays/{overlay}]\ncomponents: [../../k8s/components/{component}]\n");
            return await RenderFolderAsync(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Resource>> RenderFolderAsync(string folder)
    {
        (int code, string output, string error) = await Repository.RunAsync(Path!, ["kustomize", folder]);
        Assert.True(code == 0, error);
        Assert.Empty(error);
        return Resource.Parse(output);
    }

    private static IEnumerable<string> Candidates()
    {
        if (Repository.Find("kubectl") is { } installed) yield return installed;
        string own = Repository.At(".build", "kubectl", "kubectl");
        if (File.Exists(own)) yield return own;
    }

    private static bool IsNewEnough(string kubectl)
    {
        using Process process = Process.Start(new ProcessStartInfo(kubectl, ["version", "--client", "--output", "json"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) return false;
        JsonElement version = JsonDocument.Parse(said).RootElement.GetProperty("clientVersion");
        return Version.TryParse($"{version.GetProperty("major").GetString()}.{version.GetProperty("minor").GetString()!.TrimEnd('+')}", out Version? is_) && is_ >= Oldest;
    }
}

/// <summary>A test of rendered overlays, skipped where there is no kubectl.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RenderTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips the test if there is no kubectl.</summary>
    public RenderTheoryAttribute() => Skip = Kubectl.Path is null ? $"kubectl {Kubectl.Oldest} or newer is not installed" : null;
}
