using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>A line of a silo's log.</summary>
/// <param name="At">When this process read it, as <see cref="Stopwatch.GetTimestamp"/>.</param>
/// <param name="Text">The line.</param>
internal readonly record struct LogLine(long At, string Text);

/// <summary>A silo as a process, which a test may stop, freeze and kill.</summary>
internal sealed partial class SiloProcess : IAsyncDisposable
{
    private const int Sigkill = 9, Sigterm = 15, Sigcont = 18, Sigstop = 19;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly Process _process;
    private readonly ConcurrentQueue<LogLine> _lines = new();
    private volatile bool _frozen;

    private SiloProcess(Process process, int port)
    {
        _process = process;
        Port = port;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);

        void Add(string? line)
        {
            if (line is not null) _lines.Enqueue(new LogLine(Stopwatch.GetTimestamp(), line));
        }
    }

    public int Port { get; }

    public IEnumerable<LogLine> Lines => _lines;

    public string Log => string.Join('\n', _lines.Select(l => l.Text));

    public bool HasExited => _process.HasExited;

    public bool IsFrozen => _frozen;

    public int ExitCode => _process.ExitCode;

    public int Id => _process.Id;

    /// <summary>Starts a silo without waiting for it.</summary>
    /// <param name="directory">Its working directory.</param>
    /// <param name="settings">Its settings, by name.</param>
    /// <param name="verb">What it does instead of serving.</param>
    /// <param name="programs">A directory in which it looks for programs first; <c>null</c>: none.</param>
    /// <param name="environment">Environment variables in addition to this process's.</param>
    /// <param name="silo">The silo.dll of another version; <c>null</c>: this one's.</param>
    public static SiloProcess Start(
        string directory, IReadOnlyDictionary<string, string> settings, string verb = "", string? programs = null,
        IReadOnlyDictionary<string, string>? environment = null, string? silo = null)
    {
        int port = PostgresServer.FreePort();
        List<string> arguments = [silo ?? Path.Combine(AppContext.BaseDirectory, "silo.dll")];
        if (verb.Length > 0) arguments.Add(verb);
        foreach ((string name, string value) in settings) arguments.AddRange([$"--{name}", value]);
        arguments.AddRange(["--urls", $"http://127.0.0.1:{port}"]);
        var start = new ProcessStartInfo(Environment.ProcessPath is { } host && host.EndsWith("dotnet", StringComparison.Ordinal) ? host : "dotnet", arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (programs is not null) start.Environment["PATH"] = $"{programs}:{start.Environment["PATH"]}";
        start.Environment["Logging__Console__FormatterOptions__SingleLine"] = "true";
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = new SiloProcess(new Process { StartInfo = start }, port);
        process._process.Start();
        process._process.BeginOutputReadLine();
        process._process.BeginErrorReadLine();
        return process;
    }

    /// <summary>The response of a health probe; <c>null</c> if the silo does not respond.</summary>
    public async Task<string?> HealthAsync(string probe)
    {
        try
        {
            using HttpResponseMessage response = await Http.GetAsync(new Uri($"http://127.0.0.1:{Port}/health/{probe}"));
            return $"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    public Task ReadyAsync() => Until.HoldsAsync(
        "the silo is ready",
        async () =>
        {
            if (HasExited) throw new InvalidOperationException($"the silo ended with {ExitCode}:\n{Log}");
            return await HealthAsync("ready") is { } answer && answer.StartsWith("200", StringComparison.Ordinal);
        },
        () => Task.FromResult(Log));

    /// <summary>Waits until the log contains a text.</summary>
    public Task SaysAsync(string text) => Until.HoldsAsync(
        $"the log says '{text}'", () => Task.FromResult(_lines.Any(l => l.Text.Contains(text, StringComparison.Ordinal))), () => Task.FromResult(Log));

    public void Kill() => Signal(Sigkill);

    public void Terminate() => Signal(Sigterm);

    public void Freeze()
    {
        _frozen = true;
        Signal(Sigstop);
    }

    public void Wake()
    {
        Signal(Sigcont);
        _frozen = false;
    }

    public async Task<int> ExitAsync()
    {
        using var patience = new CancellationTokenSource(Until.Patience);
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal(Sigkill);
            await ExitAsync();
        }

        _process.Dispose();
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited && Kill(_process.Id, signal) != 0)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"signal {signal} could not be sent to {_process.Id}"));
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
