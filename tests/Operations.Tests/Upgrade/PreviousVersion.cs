using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Upgrade;

/// <summary>The silo of the version before: the newest tag, or what VGPNN_UPGRADE_FROM names. Built once, from a worktree of its own.</summary>
internal static class PreviousVersion
{
    private const int NoTag = 3;

    private static readonly Lazy<Task<(int Code, string Output, string Error)>> Built = new(() => Repository.RunAsync(
        Repository.At("scripts", "previous-version.sh"),
        Environment.GetEnvironmentVariable("VGPNN_UPGRADE_FROM") is { Length: > 0 } revision ? [revision] : []));

    /// <summary>Its silo.dll; null: there is no version before.</summary>
    public static async Task<string?> SiloAsync()
    {
        (int code, string output, string error) = await Built.Value;
        Assert.True(code is 0 or NoTag, error);
        return code == NoTag ? null : Path.Combine(output.Trim(), "silo.dll");
    }
}

/// <summary>A test beside the version before, skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UpgradeFactAttribute : FactAttribute
{
    /// <summary>Looks for a version before.</summary>
    public UpgradeFactAttribute() => Skip = HasPrevious() ? null : "there is no tag v* before this version; VGPNN_UPGRADE_FROM=REVISION takes another";

    private static bool HasPrevious()
    {
        if (Environment.GetEnvironmentVariable("VGPNN_UPGRADE_FROM") is { Length: > 0 }) return true;
        if (Repository.Find("git") is null) return false;
        (int code, string output, _) = Repository.RunAsync("git", ["tag", "--list", "v*", "--no-contains", "HEAD"]).GetAwaiter().GetResult();
        return code == 0 && output.Length > 0;
    }
}
