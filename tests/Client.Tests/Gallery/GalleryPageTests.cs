using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Vgpnn.Client.Gallery;
using Vgpnn.Client.Tests.Support;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Tests.Gallery;

/// <summary>Opens the pages from files in a real browser.</summary>
public sealed class GalleryPageTests : IDisposable
{
    private readonly TemporaryDirectory _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData("mp4")]
    [InlineData("webm")]
    [InlineData("gif")]
    [InlineData("png")]
    public async Task Page_shows_all_videos_without_script_errors(string format)
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-n", "2", "--seed", "11", "-o", "out", "--format", format);
        string page = await OpenAsync(_place["out/index.html"]);
        Assert.Equal(("3", "0", ""), (Data(page, "ready"), Data(page, "broken"), Data(page, "error")));
        Assert.Contains("seed 11", page, StringComparison.Ordinal);
        Assert.Contains(ManifestFile.Load(_place["out"]).Samples[1].FramesSha256, page, StringComparison.Ordinal);
        Assert.Contains("vgpnn repeat out/manifest.json", Text(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Videos_start_automatically_unless_reduced_motion_is_preferred()
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-o", "out");
        Assert.DoesNotContain("playing", Body(await OpenAsync(_place["out/index.html"])), StringComparison.Ordinal);
        string page = await OpenAsync(_place["out/index.html"], motion: true);
        Assert.Contains("class=\"playing\"", Body(page), StringComparison.Ordinal);
        Assert.Equal("", Data(page, "error"));
    }

    [Fact]
    public async Task Page_of_all_pairs_shows_all_pairs_and_clips()
    {
        Directory.CreateDirectory(_place["clips"]);
        foreach (string name in (string[])["<b>", "c"]) await TestClip.MakeAsync(_place, $"clips/{name}.mp4", frames: 5, moving: true);
        await VgpnnProgram.SucceedAsync(_place.Root, "analogy", "--all-pairs", "clips", "-o", "out", "--seed", "11");
        string page = await OpenAsync(_place["out/index.html"]);

        // Two row headers, two column headers, two pairs.
        Assert.Equal(("6", "0", ""), (Data(page, "ready"), Data(page, "broken"), Data(page, "error")));
        Assert.Contains("<b> as c", Text(page), StringComparison.Ordinal);
        Assert.Contains("2 of 2 pairs", Text(page), StringComparison.Ordinal);
        Assert.Contains("class=\"playing\"", Body(await OpenAsync(_place["out/index.html"], motion: true)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_with_markup_are_shown_as_text()
    {
        const string name = "</script><script>document.body.dataset.error='ran'</script><img src=x onerror=alert(1)> & \"quotes\" 'n' <!-- .mp4";
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-o", "out");
        RunManifest manifest = ManifestFile.Load(_place["out"]);
        byte[] hostile = GalleryPage.Render(manifest with
        {
            Command = name,
            Inputs = [manifest.Inputs[0] with { Name = name }],
            Notices = [name],
        });
        await File.WriteAllBytesAsync(_place["out/index.html"], hostile);
        string page = await OpenAsync(_place["out/index.html"]);
        Assert.Equal(("2", ""), (Data(page, "ready"), Data(page, "error")));
        Match title = Regex.Match(page, "<h1 id=\"title\">(.*?)</h1>", RegexOptions.Singleline);
        Assert.Equal(name, WebUtility.HtmlDecode(title.Groups[1].Value));
    }

    [Fact]
    public async Task Missing_video_is_marked_and_others_play()
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-n", "2", "-o", "out");
        File.Delete(_place["out/sample-0001.mp4"]);
        string page = await OpenAsync(_place["out/index.html"]);
        Assert.Equal(("2", "1", ""), (Data(page, "ready"), Data(page, "broken"), Data(page, "error")));
    }

    [Fact]
    public async Task Page_loads_nothing_from_the_network()
    {
        await TestClip.MakeAsync(_place);
        await VgpnnProgram.SucceedAsync(_place.Root, "generate", "clip.mp4", "-o", "out");
        string source = await File.ReadAllTextAsync(_place["out/index.html"], Encoding.UTF8);
        string withoutNamespaces = source.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
        Assert.DoesNotContain("http://", withoutNamespaces, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", withoutNamespaces, StringComparison.Ordinal);
        Assert.DoesNotContain("<link rel=\"stylesheet\"", source, StringComparison.Ordinal);
        Assert.DoesNotContain("<script src", source, StringComparison.Ordinal);
    }

    /// <summary>Returns the document after its scripts ran; reduced motion makes it faster.</summary>
    private async Task<string> OpenAsync(string page, bool motion = false)
    {
        using var profile = new TemporaryDirectory();
        ProcessResult result = await ChildProcess.RunAsync(
            "chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--no-first-run", $"--user-data-dir={profile.Root}", "--dump-dom",
                .. motion ? (string[])["--virtual-time-budget=1000"] : ["--force-prefers-reduced-motion", "--virtual-time-budget=10000"],
                $"file://{page}",
            ],
            _place.Root);
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output;
    }

    private static string Body(string page) => Regex.Match(page, "<body[^>]*>").Value;

    private static string Data(string page, string name) => Regex.Match(Body(page), $" data-{name}=\"([^\"]*)\"").Groups[1].Value;

    private static string Text(string page) => WebUtility.HtmlDecode(Regex.Replace(page, "<[^>]*>", ""));
}
