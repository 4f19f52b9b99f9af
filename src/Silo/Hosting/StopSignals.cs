using System.Runtime.InteropServices;

namespace Vgpnn.Silo.Hosting;

/// <summary>The two ways in which long turns are stopped.</summary>
internal sealed class StopTokens : IDisposable
{
    private readonly CancellationTokenSource _handBack = new();
    private readonly CancellationTokenSource _now = new();

    /// <summary>Stop after the next checkpoint.</summary>
    public CancellationToken HandBack => _handBack.Token;

    /// <summary>Stop at once.</summary>
    public CancellationToken Now => _now.Token;

    public Task AskAsync() => _handBack.CancelAsync();

    public Task ForceAsync() => _now.CancelAsync();

    public void Dispose()
    {
        _handBack.Dispose();
        _now.Dispose();
    }
}

/// <summary>The first SIGTERM or Ctrl-C asks the node to hand its work back; the second one ends it as it stands.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly PosixSignalRegistration[] _registrations;
    private int _count;

    public StopSignals(IHostApplicationLifetime lifetime)
    {
        _registrations = [.. new[] { PosixSignal.SIGTERM, PosixSignal.SIGINT }.Select(signal => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            if (Interlocked.Increment(ref _count) == 1) lifetime.StopApplication();
            else Environment.Exit(128 + 15);
        }))];
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
    }
}
