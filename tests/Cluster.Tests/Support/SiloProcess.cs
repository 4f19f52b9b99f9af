using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>A silo as a process of its own, which a test may stop, freeze and kill.</summary>
internal sealed partial class SiloProcess : IAsyncDisposable
{
    private const int Sigkill = 9, Sigterm = 15, Sigcont = 18, Sigstop = 19;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();

    private SiloProcess(Process process, int port)
    {
        _process = process;
        Port = port;
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);

        void Add(string? line)
        {
            if (line is not null) _output.Enqueue(line);
        }
    }

    public int Port { get; }

    public string Log => string.Join('\n', _output);

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    public int Id => _process.Id;

    /// <summary>Starts a silo; it comes up in its own time.</summary>
    /// <param name="directory">Where it stands.</param>
    /// <param name="settings">What it is told.</param>
    /// <param name="verb">What it does instead of serving.</param>
    /// <param name="programs">A directory in which it looks for programs first; null: none.</param>
    /// <param name="environment">Variables that it gets besides this process's.</param>
    /// <param name="silo">Another version's silo.dll; null: this one's.</param>
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

    /// <summary>What a probe answers, or nothing when nobody does.</summary>
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

    public Task ReadyAsync() => Until.HoldsAsync("the silo is ready", async () =>
    {
        if (HasExited) throw new InvalidOperationException($"the silo ended with {ExitCode}:\n{Log}");
        return await HealthAsync("ready") is { } answer && answer.StartsWith("200", StringComparison.Ordinal);
    });

    public void Kill() => Signal(Sigkill);

    public void Terminate() => Signal(Sigterm);

    public void Freeze() => Signal(Sigstop);

    public void Wake() => Signal(Sigcont);

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
            Signal(Sigcont);
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
