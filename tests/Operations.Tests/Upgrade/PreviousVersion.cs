using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Upgrade;

/// <summary>The silo of the previous version: of the newest tag, or of the revision in VGPNN_UPGRADE_FROM. Built once, in a worktree of its own.</summary>
internal static class PreviousVersion
{
    private const int NoTag = 3;

    private static readonly Lazy<Task<(int Code, string Output, string Error)>> Built = new(() => Repository.RunAsync(
        Repository.At("scripts", "previous-version.sh"), Revision is { } revision ? [revision] : []));

    /// <summary>The revision that the environment names; <c>null</c> means the newest tag.</summary>
    public static string? Revision { get; } = Environment.GetEnvironmentVariable("VGPNN_UPGRADE_FROM") is { Length: > 0 } revision ? revision : null;

    /// <summary>Why there is no previous version; <c>null</c> means that there is one.</summary>
    public static string? Missing { get; } = FindMissing();

    /// <summary>Path of its silo.dll; <c>null</c> if there is no previous version.</summary>
    public static async Task<string?> SiloAsync()
    {
        (int code, string output, string error) = await Built.Value;
        Assert.True(code is 0 or NoTag, error);
        return code == NoTag ? null : Path.Combine(output.Trim(), "silo.dll");
    }

    private static string? FindMissing()
    {
        if (Revision is not null) return null;
        const string other = "VGPNN_UPGRADE_FROM=REVISION runs the test with another revision";
        if (Repository.Find("git") is null) return $"git is not installed; {other}";
        if (Git("tag", "--list", "v*", "--no-contains", "HEAD") is not { Length: > 0 }) return $"there is no tag v* before this version; {other}";

        // Versions before Orleans have another kind of storage.
        string newest = Git("describe", "--tags", "--match", "v*", "--abbrev=0", Git("tag", "--points-at", "HEAD", "--list", "v*") is { Length: > 0 } ? "HEAD^" : "HEAD") ?? "";
        return Git("cat-file", "-t", $"{newest}:src/Silo/Hosting/Clustering/OrleansSetup.cs") == "blob" ? null : $"the newest tag, {newest}, is a version before Orleans; {other}";
    }

    private static string? Git(params string[] arguments)
    {
        (int code, string output, _) = Repository.RunAsync("git", arguments).GetAwaiter().GetResult();
        return code == 0 ? output.Trim() : null;
    }
}

/// <summary>A test with the previous version, skipped if there is no previous version.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UpgradeFactAttribute : FactAttribute
{
    /// <summary>Skips the test if there is no previous version.</summary>
    public UpgradeFactAttribute() => Skip = PreviousVersion.Missing;
}
