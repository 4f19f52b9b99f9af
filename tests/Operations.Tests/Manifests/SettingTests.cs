using System.Reflection;
using System.Text.RegularExpressions;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Operations.Tests.Manifests;

/// <summary>Settings of a silo, as documents and manifests name them.</summary>
public sealed partial class SettingTests
{
    private static readonly string[] Settings = [.. typeof(SiloSettings).GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(p => p.SetMethod is not null).Select(p => p.Name)];

    [Fact]
    public async Task Every_setting_is_described_in_grains_md()
    {
        string text = await File.ReadAllTextAsync(Repository.At("docs", "grains.md"));
        string section = text[text.IndexOf("## Settings", StringComparison.Ordinal)..text.IndexOf("## Faults", StringComparison.Ordinal)];
        Assert.True(Settings.Length > 20);
        Assert.All(Settings, name => Assert.Contains($"`{name}`", section, StringComparison.Ordinal));
    }

    [Fact]
    public void Variables_in_manifests_and_documents_are_settings()
    {
        string[] files = [.. ((string[])["k8s", "docs"]).SelectMany(f => Directory.EnumerateFiles(Repository.At(f), "*", SearchOption.AllDirectories)), Repository.At("README.md"), Repository.At("compose.yaml"), Repository.At("CONTRIBUTING.md")];
        string[] ofTests = ["VGPNN_ALLOW_CPU_DRIVERS", "VGPNN_CHAOS_SECONDS", "VGPNN_CHAOS_STORAGE", "VGPNN_CLIP", "VGPNN_IMAGE_TEST", "VGPNN_KEY", "VGPNN_MEASURE", "VGPNN_SERVER", "VGPNN_SETTING", "VGPNN_UPGRADE_FROM", "VGPNN_WRITE_OPTIONS"];
        foreach (string file in files)
            foreach (string variable in Variable().Matches(File.ReadAllText(file)).Select(m => m.Value).Except(ofTests))
                Assert.True(Settings.Contains(variable["VGPNN_".Length..], StringComparer.OrdinalIgnoreCase), $"{Path.GetRelativePath(Repository.Root, file)}: {variable} is not a setting");
    }

    [GeneratedRegex(@"\bVGPNN_[A-Z_]+\b")]
    private static partial Regex Variable();
}
