using System.IO.Compression;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Vgpnn.Browser.Tests.Support;
using Xunit.Abstractions;
using static Microsoft.Playwright.Assertions;

namespace Vgpnn.Browser.Tests;

/// <summary>The complete workflow of a user: sign in, drop a clip, make videos, watch, inspect, save, and find them again.</summary>
[Collection(Pages.Name)]
public sealed class WholePathTests(PageServer server, ITestOutputHelper log)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Long = new() { Timeout = 60_000 };

    // From the drop event to the frame that shows the first preview.
    private const string Watch =
        """
        () => {
          window.watched = new Promise(told => addEventListener('drop', () => {
            const start = performance.now();
            const seen = new MutationObserver(() => {
              if (!document.querySelector('.card[data-level]')) return;
              seen.disconnect();
              requestAnimationFrame(() => setTimeout(() => told(performance.now() - start)));
            });
            seen.observe(document.body, { subtree: true, childList: true, attributeFilter: ['data-level'] });
          }, { capture: true, once: true }));
        }
        """;

    [BrowserFact]
    public async Task Printed_link_leads_to_videos_that_are_saved_compared_and_repeated()
    {
        await using Visit visit = await Visit.BeginAsync(server);
        IPage page = await visit.Context.NewPageAsync();
        await page.GotoAsync(server.PrintedAddress);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Drop a video" })).ToBeVisibleAsync();
        Assert.DoesNotContain("enter=", page.Url, StringComparison.Ordinal);

        // Drop a clip, and press the button as soon as it is enabled.
        ILocator zone = page.Locator(".drop");
        await page.EvaluateAsync(Watch);
        await Visit.DropAsync(zone, PageServer.Clip("balloons.mp4"));
        ILocator make = page.GetByRole(AriaRole.Button, new() { Name = "Make 4 videos" });
        await make.ClickAsync();
        await page.Locator(".card[data-level]").First.WaitForAsync();
        double seconds = await page.EvaluateAsync<double>("() => watched.then(ms => ms / 1000)");
        log.WriteLine($"From drop to first coarse preview: {seconds:F2} s (256×144, {Environment.ProcessorCount} cores)");
        Assert.True(seconds < 20, $"the first preview appeared after {seconds:F2} s, too late even on a busy machine");

        // The preview sharpens level by level, with its progress.
        ILocator first = page.GetByRole(AriaRole.Article, new() { Name = "Sample 1", Exact = true });
        string coarse = (await first.GetAttributeAsync("data-level"))!;
        await Expect(first.Locator(".badge")).ToContainTextAsync("level");
        await Expect(first).Not.ToHaveAttributeAsync("data-level", coarse);
        await Expect(page.Locator(".told")).ToContainTextAsync("left", new() { Timeout = 20_000 });

        // Two samples are enough.
        foreach (int n in (int[])[4, 3]) await page.GetByRole(AriaRole.Button, new() { Name = $"Cancel sample {n}" }).ClickAsync();
        await Expect(page.Locator(".look-state .state")).ToHaveTextAsync("Cancelled", new() { Timeout = 90_000 });
        await Expect(page.Locator(".told")).ToHaveTextAsync("2 done, 2 cancelled of 4 videos.");
        await Expect(page.Locator(".card[data-state=succeeded]")).ToHaveCountAsync(2);

        await LookAsync(page, first);
        await SaveAsync(page, first);
        string made = page.Url;

        // Another seed with the same settings.
        await page.GetByRole(AriaRole.Button, new() { Name = "New variations" }).ClickAsync();
        await page.WaitForURLAsync(url => url != made && url.Contains("#/look/", StringComparison.Ordinal));
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel all" }).ClickAsync();
        await Expect(page.Locator(".look-state .state")).ToHaveTextAsync("Cancelled");
        await FindAgainAsync(page);
    }

    [BrowserFact]
    public async Task Painted_part_is_filled_and_its_settings_are_restored()
    {
        await using Visit visit = await Visit.BeginAsync(server);
        (_, string key) = await server.TenantAsync();
        IPage page = await visit.EnterAsync(key);
        await Visit.DropAsync(page.Locator(".drop"), PageServer.Clip("lanterns.mp4"));
        await page.GetByRole(AriaRole.Radio, new() { Name = "Remove or replace" }).CheckAsync();
        ILocator submit = page.Locator(".recipe button[type=submit]");
        await Expect(submit).ToBeDisabledAsync();
        ILocator canvas = page.Locator("canvas.paint");
        LocatorBoundingBoxResult box = (await canvas.BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(box.X + (box.Width / 2), box.Y + (box.Height / 2));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(box.X + (box.Width * 0.6f), box.Y + (box.Height / 2), new() { Steps = 4 });
        await page.Mouse.UpAsync();

        // A second layer, shown over the second half, painted with the keyboard only.
        await page.GetByLabel("Last frame of layer 1").FillAsync("8");
        await page.GetByLabel("Last frame of layer 1").BlurAsync();
        await page.GetByRole(AriaRole.Slider, new() { Name = "Frame", Exact = true }).FillAsync("10");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add layer" }).ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = "Remove", Exact = true }).CheckAsync();
        await canvas.FocusAsync();
        await canvas.PressAsync("ArrowRight");
        await canvas.PressAsync(" ");
        await submit.ClickAsync();
        await page.WaitForURLAsync("**/#/look/*");
        await Expect(page.Locator(".look-state .state")).ToHaveTextAsync("Done", new() { Timeout = 60_000 });
        await Expect(page.GetByRole(AriaRole.Article, new() { Name = "Mask" })).ToBeVisibleAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "Reuse settings" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = "Remove or replace" })).ToBeCheckedAsync();
        await Expect(page.GetByLabel("Seed")).ToHaveValueAsync(new Regex("^[0-9]+$"));
        await Expect(submit).ToBeEnabledAsync();
    }

    [BrowserFact]
    public async Task Style_transfer_and_every_setting_are_offered_with_their_estimate()
    {
        await using Visit visit = await Visit.BeginAsync(server);
        (_, string key) = await server.TenantAsync();
        using HttpClient http = server.Connect(key);
        await PageServer.UploadAsync(http, PageServer.Clip("koi.mp4"));
        await PageServer.UploadAsync(http, PageServer.Clip("lanterns.mp4"));
        IPage page = await visit.EnterAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "koi.mp4" }).ClickAsync();
        await Expect(page.Locator(".estimate")).ToContainTextAsync("about");
        string frames = await page.Locator(".estimate").InnerTextAsync();

        // Selects half of the frames.
        await page.GetByLabel("Last frame used").FillAsync("18");
        await Expect(page.Locator(".estimate")).Not.ToHaveTextAsync(frames, new() { UseInnerText = true });

        await page.GetByRole(AriaRole.Radio, new() { Name = "Resize or retime" }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Half as wide" }).ClickAsync();
        await Expect(page.Locator(".estimate")).ToContainTextAsync("18 frames of 128×144");

        await page.GetByRole(AriaRole.Radio, new() { Name = "Style transfer" }).CheckAsync();
        await Expect(page.Locator(".recipe button[type=submit]")).ToBeDisabledAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Choose a clip" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "lanterns.mp4" }).ClickAsync();
        await Expect(page.Locator(".recipe button[type=submit]")).ToBeEnabledAsync();

        // Settings show unit, range, effect and default.
        await page.GetByText("Advanced").ClickAsync();
        ILocator noise = page.GetByLabel("Noise", new() { Exact = false }).First;
        await Expect(page.GetByLabel("Motion guidance")).ToHaveAttributeAsync("placeholder", "0.5");
        string? hint = await noise.GetAttributeAsync("aria-describedby");
        await Expect(page.Locator($"#{hint}")).ToContainTextAsync("0 to 1,000");
        await page.GetByLabel("Iterations").FillAsync("0");
        await Expect(page.Locator(".recipe button[type=submit]")).ToBeDisabledAsync();
        await page.GetByLabel("Iterations").FillAsync("2");
        await page.GetByLabel("Maximum height").FillAsync("72");
        await page.Locator(".recipe button[type=submit]").ClickAsync();
        await page.WaitForURLAsync("**/#/look/*");
        await Expect(page.Locator(".look-state .state")).ToHaveTextAsync("Done", new() { Timeout = 60_000 });
    }

    // Play, step, scrub, zoom, compare, source map, quality.
    private static async Task LookAsync(IPage page, ILocator first)
    {
        ILocator player = page.GetByRole(AriaRole.Group, new() { Name = "Player for all videos" });
        await player.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        ILocator scrub = player.GetByRole(AriaRole.Slider, new() { Name = "Frame" });
        await scrub.FillAsync("5");
        await Expect(player.Locator(".frame")).ToHaveTextAsync("6 / 30");
        await player.GetByRole(AriaRole.Button, new() { Name = "One frame forward" }).ClickAsync();
        await Expect(player.Locator(".frame")).ToHaveTextAsync("7 / 30");
        await page.Locator("h1").FocusAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await Expect(player.Locator(".frame")).ToHaveTextAsync("6 / 30");
        await Expect(page.Locator(".card[data-state=succeeded] video")).ToHaveCountAsync(2);
        foreach (ILocator video in await page.Locator(".card video").AllAsync())
        {
            // All players show the middle of frame 6 at 12 frames per second.
            await Expect(video).ToHaveJSPropertyAsync("seeking", false);
            Assert.Equal(5.5 / 12, await video.EvaluateAsync<double>("v => v.currentTime"), 3);
        }

        await page.Keyboard.PressAsync(" ");
        await Expect(player.GetByRole(AriaRole.Button, new() { Name = "Pause" })).ToBeVisibleAsync();
        await player.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await first.Locator(".screen").ClickAsync();
        await Expect(first).ToHaveClassAsync(new Regex("large"));
        await first.Locator(".screen").ClickAsync();

        await first.GetByRole(AriaRole.Button, new() { Name = "Source map of sample 1" }).ClickAsync();
        await Expect(first.Locator("video").First).ToHaveAttributeAsync("src", new Regex("field"));
        await Expect(first.Locator(".legend")).ToContainTextAsync("Colour shows where");
        await Expect(first.Locator("video").First).ToHaveJSPropertyAsync("readyState", 4, new() { Timeout = 30_000 });
        await first.GetByRole(AriaRole.Button, new() { Name = "Quality of sample 1" }).ClickAsync();
        await Expect(first.GetByText("Coherence")).ToBeVisibleAsync(Long);

        await page.GetByRole(AriaRole.Button, new() { Name = "Compare sample 1" }).ClickAsync();
        ILocator dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Compare" });
        await Expect(dialog.GetByLabel("First video")).ToHaveValueAsync("0");
        await dialog.GetByLabel("Second video").SelectOptionAsync("Sample 2");
        await dialog.GetByRole(AriaRole.Radio, new() { Name = "Wipe" }).CheckAsync();
        await dialog.GetByLabel("Wipe position").FillAsync("30");
        await dialog.GetByRole(AriaRole.Slider, new() { Name = "Zoom" }).FillAsync("3");
        await Expect(dialog.GetByRole(AriaRole.Group, new() { Name = "Player of the comparison" })).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
    }

    private static async Task SaveAsync(IPage page, ILocator first)
    {
        foreach ((string format, byte[] begin) in new (string, byte[])[] { ("mp4", [0, 0, 0]), ("gif", "GIF8"u8.ToArray()), ("png", "PK"u8.ToArray()) })
        {
            await first.Locator("summary").ClickAsync();
            IDownload download = await page.RunAndWaitForDownloadAsync(() => first.GetByRole(AriaRole.Link, new() { Name = format }).ClickAsync());
            Assert.EndsWith(format == "png" ? "-0000.zip" : $"-0000.{format}", download.SuggestedFilename, StringComparison.Ordinal);
            await using Stream content = await download.CreateReadStreamAsync();
            byte[] head = new byte[begin.Length];
            await content.ReadExactlyAsync(head);
            Assert.Equal(begin, head);
            await first.Locator("summary").ClickAsync();
        }

        await page.Locator(".tools-row summary").ClickAsync();
        IDownload all = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "MP4 (zip)" }).ClickAsync());
        await using ZipArchive zip = await ZipArchive.CreateAsync(File.OpenRead(await all.PathAsync()), ZipArchiveMode.Read, leaveOpen: false, entryNameEncoding: null);
        Assert.Equal(3, zip.Entries.Count);
    }

    private static async Task FindAgainAsync(IPage page)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = "History" }).ClickAsync();
        await Expect(page.Locator(".request")).ToHaveCountAsync(2);
        await Expect(page.Locator(".request").Last.Locator(".thumb")).ToHaveCountAsync(3);
        await page.GetByLabel("State").SelectOptionAsync("succeeded");
        await Expect(page.Locator(".request:visible")).ToHaveCountAsync(0);
        await page.GetByLabel("State").SelectOptionAsync("cancelled");
        await page.GetByLabel("Application", new() { Exact = true }).SelectOptionAsync("Variations");
        await Expect(page.Locator(".request:visible")).ToHaveCountAsync(2);
        await page.GetByLabel("State").SelectOptionAsync("");
        await page.GetByLabel("Filter").FillAsync("no such clip");
        await Expect(page.GetByText("No matches")).ToBeVisibleAsync();
        await page.GetByLabel("Filter").FillAsync("balloons");
        await page.Locator(".request").First.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(page.Locator(".request")).ToHaveCountAsync(1);

        await page.GetByRole(AriaRole.Link, new() { Name = "Usage", Exact = true }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Meter, new() { Name = "Stored" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "Server" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Queue by tenant" })).ToContainTextAsync("default");
        await Expect(page.GetByText("1 silo,")).ToBeVisibleAsync();
    }
}
