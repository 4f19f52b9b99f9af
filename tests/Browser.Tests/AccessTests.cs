using Microsoft.Playwright;
using Vgpnn.Browser.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace Vgpnn.Browser.Tests;

/// <summary>The page with a keyboard, a screen reader, and on a phone.</summary>
[Collection(Pages.Name)]
public sealed class AccessTests(PageServer server)
{
    // Every control has a name: a label, a text, or aria-labelledby.
    private const string Nameless =
        """
        () => [...document.querySelectorAll('a, button, input, select, summary, canvas[tabindex], [role=group], [role=region], dialog, video:not([aria-hidden]), img')].filter(e => {
          if (!e.checkVisibility() || e.closest('[aria-hidden=true]')) return false;
          if (e.matches('img')) return !e.hasAttribute('alt');
          if (e.matches('video')) return e.tabIndex >= 0;
          const by = id => document.getElementById(id)?.textContent ?? '';
          const name = e.getAttribute('aria-label') || by(e.getAttribute('aria-labelledby')) || [...(e.labels ?? [])].map(l => l.textContent).join('') || e.textContent;
          return !name.trim();
        }).map(e => e.outerHTML.slice(0, 120))
        """;

    [BrowserFact]
    public async Task All_controls_have_names_and_are_reachable_by_keyboard_in_reading_order()
    {
        await using Visit visit = await Visit.BeginAsync(server);
        (_, string key) = await server.TenantAsync();
        using HttpClient http = server.Connect(key);
        await PageServer.UploadAsync(http, PageServer.Clip("lanterns.mp4"));
        IPage page = await visit.EnterAsync(key);
        await page.ReloadAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "lanterns.mp4" }).WaitForAsync();
        Assert.Empty(await page.EvaluateAsync<string[]>(Nameless));
        Assert.Equal(
            ["Skip to the content", "Vgpnn", "Make", "History", "Usage", "Colours: auto. Change", "Sign out", "Choose a file", "lanterns.mp4"],
            await TabsAsync(page, 9));

        await page.GetByRole(AriaRole.Button, new() { Name = "lanterns.mp4" }).PressAsync("Enter");
        await Expect(page.Locator(".estimate")).ToBeVisibleAsync();
        Assert.Empty(await page.EvaluateAsync<string[]>(Nameless));
        await page.Locator(".stage-head button").FocusAsync();
        Assert.Equal(
            ["Frame", "One frame back", "Play or pause", "One frame forward", "Loop", "Speed", "First frame used", "Last frame used", "Variations", "Balanced", "Make it a loop",
                "Add a clip", "Number of videos", "Advanced", "Make 4 videos"],
            await TabsAsync(page, 15));

        // Choose, generate and watch without a mouse.
        await page.GetByLabel("Number of videos").FillAsync("1");
        await page.GetByLabel("Number of videos").PressAsync("Enter");
        await page.WaitForURLAsync("**/#/look/*");
        await Expect(page.Locator("h1")).ToBeFocusedAsync();
        await Expect(page.GetByRole(AriaRole.Progressbar, new() { Name = "Progress of all samples" })).ToBeVisibleAsync();
        Assert.Empty(await page.EvaluateAsync<string[]>(Nameless));
        await Expect(page.Locator("#announcements")).ToContainTextAsync("finished: 1 done", new() { Timeout = 60_000 });
        Assert.Empty(await page.EvaluateAsync<string[]>(Nameless));
        foreach (string view in (string[])["history", "usage"])
        {
            await page.GotoAsync($"{server.Address}/#/{view}");
            await Expect(page.Locator("h1")).ToBeFocusedAsync();
            Assert.Empty(await page.EvaluateAsync<string[]>(Nameless));
        }

        // The focused element is visibly marked.
        await page.GetByRole(AriaRole.Link, new() { Name = "Make", Exact = true }).FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        Assert.NotEqual("none", await page.Locator(":focus").EvaluateAsync<string>("e => getComputedStyle(e).outlineStyle"));
    }

    [BrowserFact]
    public async Task Phone_layout_cuts_nothing_off_and_colours_follow_the_system_and_the_setting()
    {
        (_, string key) = await server.TenantAsync();
        using HttpClient http = server.Connect(key);
        await PageServer.UploadAsync(http, PageServer.Clip("lanterns.mp4"));
        await using Visit visit = await Visit.BeginAsync(server, options: new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = 375, Height = 740 },
            HasTouch = true,
            ColorScheme = ColorScheme.Dark,
        });
        IPage page = await visit.EnterAsync(key);
        foreach (string view in (string[])["make", "history", "usage"])
        {
            await page.GotoAsync($"{server.Address}/#/{view}");
            await Expect(page.Locator("h1")).ToBeVisibleAsync();
            Assert.Equal(0, await OverhangAsync(page));
        }

        await page.GotoAsync($"{server.Address}/#/make");
        await page.GetByRole(AriaRole.Button, new() { Name = "lanterns.mp4" }).ClickAsync();
        await page.GetByText("Advanced").ClickAsync();
        Assert.Equal(0, await OverhangAsync(page));
        Assert.Equal("dark", await SchemeAsync(page));
        await page.GetByRole(AriaRole.Button, new() { Name = "Colours: auto" }).ClickAsync();
        Assert.Equal("light", await SchemeAsync(page));
        await page.ReloadAsync();
        Assert.Equal("light", await SchemeAsync(page));
    }

    private static Task<string> SchemeAsync(IPage page) => page.EvaluateAsync<string>(
        "() => Number(getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/)[0]) < 128 ? 'dark' : 'light'");

    private static Task<int> OverhangAsync(IPage page) => page.EvaluateAsync<int>("() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)");

    private static async Task<string[]> TabsAsync(IPage page, int count)
    {
        var names = new List<string>();
        for (int i = 0; i < count; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            names.Add(await page.EvaluateAsync<string>(
                """
                () => {
                  const e = document.activeElement;
                  const label = e.labels?.[0];
                  const name = e.getAttribute('aria-label') ?? label?.querySelector('.recipe-name')?.textContent ?? label?.querySelector('span')?.textContent ?? label?.textContent ?? e.querySelector('.clip-name')?.textContent ?? e.textContent;
                  return name.split(' – ')[0].trim();
                }
                """));
        }

        return [.. names.Select(n => n.StartsWith("Sign out", StringComparison.Ordinal) ? "Sign out" : n is "Play" or "Pause" ? "Play or pause" : n)];
    }
}
