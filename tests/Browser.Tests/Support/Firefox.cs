using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Browser.Tests.Support;

/// <summary>
/// Debian's Firefox, driven by the subset of WebDriver BiDi that the tests need. Playwright only drives its own build of Firefox.
/// </summary>
internal sealed class Firefox : IAsyncDisposable
{
    private static readonly string[] Subscriptions = ["log.entryAdded"];

    private readonly Process _process;
    private readonly string _profile;
    private readonly ClientWebSocket _socket = new();
    private readonly List<string> _complaints = [];
    private string _page = "";
    private int _last;

    private Firefox(Process process, string profile) => (_process, _profile) = (process, profile);

    /// <summary>Path of the program; <c>null</c> if it is not installed.</summary>
    public static string? Program { get; } = Array.Find(["/usr/bin/firefox-esr", "/usr/bin/firefox"], File.Exists);

    /// <summary>Logged errors and warnings, and uncaught exceptions.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Starts Firefox with a new profile, and opens an address.</summary>
    public static async Task<Firefox> OpenAsync(string address)
    {
        string profile = Directory.CreateTempSubdirectory("vgpnn-firefox-").FullName;
        int port = PostgresServer.FreePort();
        var start = new ProcessStartInfo(Program!, ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", $"{port}", "about:blank"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = profile;
        var process = new Process { StartInfo = start };
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var firefox = new Firefox(process, profile);
        await Until.HoldsAsync("Firefox listens", async () =>
        {
            using var attempt = new System.Net.Sockets.TcpClient();
            try
            {
                await attempt.ConnectAsync("127.0.0.1", port);
                return true;
            }
            catch (System.Net.Sockets.SocketException)
            {
                return false;
            }
        });
        await firefox._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/session"), CancellationToken.None);
        await firefox.SendAsync("session.new", new { capabilities = new { } });
        await firefox.SendAsync("session.subscribe", new { events = Subscriptions });
        firefox._page = (string)(await firefox.SendAsync("browsingContext.getTree", new { }))["contexts"]![0]!["context"]!;
        await firefox.SendAsync("browsingContext.setViewport", new { context = firefox._page, viewport = new { width = 1360, height = 900 } });
        await firefox.SendAsync("browsingContext.navigate", new { context = firefox._page, url = address, wait = "complete" });
        return firefox;
    }

    /// <summary>The value of an expression in the page as text; promises are awaited.</summary>
    public async Task<string?> EvaluateAsync(string expression)
    {
        JsonNode answer = await SendAsync("script.evaluate", new { expression, target = new { context = _page }, awaitPromise = true });
        if ((string)answer["type"]! == "exception") throw new InvalidOperationException($"{expression}: {answer["exceptionDetails"]!["text"]}");
        return answer["result"]!["value"]?.ToString();
    }

    /// <summary>Waits until an expression in the page is true.</summary>
    public Task HoldsAsync(string expression) => Until.HoldsAsync(
        expression, async () => await EvaluateAsync($"Boolean({expression})") == "true",
        async () => $"{string.Join('\n', Complaints)}\n{await EvaluateAsync("document.body.innerText")}", TimeSpan.FromMilliseconds(100));

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_profile, recursive: true);
    }

    private async Task<JsonNode> SendAsync(string method, object parameters)
    {
        int id = ++_last;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        byte[] message = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters });
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, timeout.Token);
        while (true)
        {
            JsonNode answer = await ReceiveAsync(timeout.Token);
            if ((string?)answer["method"] == "log.entryAdded" && (string)answer["params"]!["level"]! is "error" or "warn")
                _complaints.Add($"{answer["params"]!["text"]}");
            if ((int?)answer["id"] != id) continue;
            return (string)answer["type"]! == "success"
                ? answer["result"]!
                : throw new InvalidOperationException($"{method}: {answer["error"]}: {answer["message"]}");
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 16];
        using var whole = new MemoryStream();
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            whole.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(whole.ToArray())!;
    }
}

/// <summary>A test that needs Debian's Firefox; skipped without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FirefoxFactAttribute : FactAttribute
{
    public FirefoxFactAttribute()
    {
        if (Firefox.Program is null || PageServer.Chromium is null) Skip = "Firefox is not installed; ./test installs it if permitted";
    }
}
