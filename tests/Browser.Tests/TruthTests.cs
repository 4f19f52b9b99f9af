using Microsoft.Playwright;
using Vgpnn.Browser.Tests.Support;
using Vgpnn.Contracts;
using static Microsoft.Playwright.Assertions;

namespace Vgpnn.Browser.Tests;

/// <summary>The page shows the server's state: reloads, other tabs and lost connections change nothing, and tenants see only their own data.</summary>
[Collection(Pages.Name)]
public sealed class TruthTests(PageServer server)
{
    [BrowserFact]
    public async Task Reloaded_page_and_second_tab_show_and_cancel_the_same_samples()
    {
        await using Visit visit = await Visit.BeginAsync(server);
        (_, string key) = await server.TenantAsync();
        using HttpClient http = server.Connect(key);
        Video video = await PageServer.UploadAsync(http, PageServer.Clip("lanterns.mp4"));
        Request request = await PageServer.SubmitLongAsync(http, video.Id);
        IPage page = await visit.EnterAsync(key, $"/#/look/{request.Id}");
        await page.Locator(".card[data-level]").First.WaitForAsync();
        await page.ReloadAsync();
        await page.Locator(".card[data-level]").First.WaitForAsync();
        await Expect(page.Locator(".look-state .state")).ToHaveTextAsync("Running");

        IPage second = await visit.Context.NewPageAsync();
        await second.GotoAsync($"{server.Address}/#/look/{request.Id}");
        await second.Locator(".card[data-level]").First.WaitForAsync();

        // One sample is cancelled here, the rest there; both tabs show both.
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel sample 2" }).ClickAsync();
        await Expect(second.GetByRole(AriaRole.Article, new() { Name = "Sample 2" }).Locator(".card-state")).ToHaveTextAsync("Cancelled");
        await second.GetByRole(AriaRole.Button, new() { Name = "Cancel all" }).ClickAsync();
        await Expect(page.Locator(".look-state .state")).ToHaveTextAsync("Cancelled");

        // Previews of cancelled samples stay visible.
        await page.ReloadAsync();
        await Expect(page.Locator(".card[data-state=cancelled][data-level]")).ToHaveCountAsync(1);
    }

    [BrowserFact]
    public async Task Page_reconnects_after_a_lost_connection_and_misses_nothing()
    {
        await using var proxy = new DroppingProxy(server.Port);
        string address = $"http://127.0.0.1:{proxy.Port}";
        await using Visit visit = await Visit.BeginAsync(server, address);
        visit.Expected = "net::ERR";
        (_, string key) = await server.TenantAsync();
        using HttpClient http = server.Connect(key);
        Video video = await PageServer.UploadAsync(http, PageServer.Clip("lanterns.mp4"));
        Request request = await PageServer.SubmitLongAsync(http, video.Id, 1);
        IPage page = await visit.EnterAsync(key, $"/#/look/{request.Id}");
        await Expect(page.Locator(".look-state .state")).ToHaveTextAsync("Running");
        await proxy.CutAsync();
        await Expect(page.Locator("#connection")).ToContainTextAsync("Can’t reach the server");
        await PageServer.SendAsync<Request>(http, HttpMethod.Post, $"{request.Links.Self}/cancel");
        proxy.Restore();
        await Expect(page.Locator("#connection")).ToBeEmptyAsync();
        await Expect(page.Locator(".look-state .state")).ToHaveTextAsync("Cancelled");
    }

    [BrowserFact]
    public async Task Page_shows_nothing_of_another_tenant()
    {
        (_, string owner) = await server.TenantAsync();
        using HttpClient http = server.Connect(owner);
        Video video = await PageServer.UploadAsync(http, PageServer.Clip("lanterns.mp4"));
        Request request = await PageServer.SubmitLongAsync(http, video.Id, 1);
        await using Visit visit = await Visit.BeginAsync(server);
        visit.Expected = "404";
        (string name, string key) = await server.TenantAsync();
        IPage page = await visit.EnterAsync(key, "/#/history");
        await Expect(page.GetByText("Nothing yet.")).ToBeVisibleAsync();
        await Expect(page.Locator(".clip")).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Server" })).ToBeHiddenAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToContainTextAsync(name);
        await page.GotoAsync($"{server.Address}/#/look/{request.Id}");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Not found" })).ToBeVisibleAsync();

        // Signing out ends the session in this browser.
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page.GetByLabel("Key")).ToBeFocusedAsync();
        await page.ReloadAsync();
        await Expect(page.GetByLabel("Key")).ToBeVisibleAsync();
        await PageServer.SendAsync<Request>(http, HttpMethod.Post, $"{request.Links.Self}/cancel");
    }

    [BrowserFact]
    public async Task File_name_is_shown_and_never_executed()
    {
        const string name = "<img src=x onerror=alert(1)>\"'&<script>document.title='ran'</script>\u202Egp4.mp4";
        await using Visit visit = await Visit.BeginAsync(server);
        (_, string key) = await server.TenantAsync();
        IPage page = await visit.EnterAsync(key);
        await Visit.DropAsync(page.Locator(".drop"), PageServer.Clip("lanterns.mp4"), name);
        await Expect(page.Locator(".stage-head h2")).ToHaveTextAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Make 4 videos" }).ClickAsync();
        await Expect(page.Locator("h1 bdi")).ToHaveTextAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel all" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "History" }).ClickAsync();
        await Expect(page.Locator(".request-name")).ToHaveTextAsync(name);
        await Expect(page.Locator(".clip-name")).ToHaveTextAsync(name);
        await Expect(page.Locator("img[src=x]")).ToHaveCountAsync(0);
        Assert.Equal("History – Vgpnn", await page.TitleAsync());
    }

    [BrowserFact]
    public async Task File_that_is_not_a_video_is_refused_with_a_message_and_the_next_one_is_accepted()
    {
        await using Visit visit = await Visit.BeginAsync(server);
        visit.Expected = "the server responded with a status of 4";
        (_, string key) = await server.TenantAsync();
        IPage page = await visit.EnterAsync(key);
        string text = Path.Combine(server.Directory, "text.mp4");
        await File.WriteAllTextAsync(text, "#EXTM3U\nhttp://127.0.0.1/a.ts\n");
        await Visit.DropAsync(page.Locator(".drop"), text);
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("text.mp4 is a playlist");
        await Visit.DropAsync(page.Locator(".drop"), PageServer.Clip("lanterns.mp4"));
        await Expect(page.Locator(".stage-head h2")).ToHaveTextAsync("lanterns.mp4");
    }
}
