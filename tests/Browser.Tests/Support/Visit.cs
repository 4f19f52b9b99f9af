using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace Vgpnn.Browser.Tests.Support;

/// <summary>A browser context of one user; on disposal it fails the test for console messages and requests that were not expected.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _faults = new();
    private readonly IBrowserContext _context;
    private readonly string _server;

    private Visit(IBrowserContext context, string server)
    {
        _context = context;
        _server = server;
        context.Page += (_, page) => Watch(page);
        context.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(server, StringComparison.Ordinal) && !request.Url.StartsWith("blob:" + server, StringComparison.Ordinal)
                && !request.Url.StartsWith("data:", StringComparison.Ordinal))
                _faults.Enqueue($"a request to {request.Url}");
            if (request.Url.Contains("vgp_", StringComparison.Ordinal)) _faults.Enqueue($"a secret in an address: {request.Url}");
        };
    }

    /// <summary>Text of console messages that the test causes itself.</summary>
    public string? Expected { get; set; }

    public IBrowserContext Context => _context;

    public static async Task<Visit> BeginAsync(PageServer server, string? address = null, BrowserNewContextOptions? options = null)
    {
        options ??= new BrowserNewContextOptions();
        options.ViewportSize ??= new ViewportSize { Width = 1360, Height = 900 };
        options.AcceptDownloads = true;
        IBrowserContext context = await server.Browser.NewContextAsync(options);
        context.SetDefaultTimeout(20_000);
        return new Visit(context, address ?? server.Address);
    }

    /// <summary>Opens a page and signs in with a key.</summary>
    public async Task<IPage> EnterAsync(string key, string path = "/")
    {
        IPage page = await _context.NewPageAsync();
        await page.GotoAsync(_server + path);
        await page.GetByLabel("Key").FillAsync(key);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Navigation).WaitForAsync();
        return page;
    }

    /// <summary>Drops files on an element, as a user does.</summary>
    public static async Task DropAsync(ILocator target, string path, string? name = null)
    {
        IJSHandle transfer = await target.Page.EvaluateHandleAsync(
            """
            ([name, content]) => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([Uint8Array.from(atob(content), c => c.charCodeAt(0))], name, { type: 'video/mp4' }));
              return transfer;
            }
            """,
            new[] { name ?? Path.GetFileName(path), Convert.ToBase64String(await File.ReadAllBytesAsync(path)) });
        foreach (string type in (string[])["dragenter", "dragover", "drop"]) await target.DispatchEventAsync(type, new { dataTransfer = transfer });
    }

    public async ValueTask DisposeAsync()
    {
        await _context.CloseAsync();
        Assert.DoesNotContain(_faults, f => Expected is null || !f.Contains(Expected, StringComparison.Ordinal));
    }

    private void Watch(IPage page)
    {
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") _faults.Enqueue($"{message.Type}: {message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => _faults.Enqueue($"a script failed: {error}");
        page.Dialog += (_, dialog) => _faults.Enqueue($"a dialog: {dialog.Message}");
    }
}
