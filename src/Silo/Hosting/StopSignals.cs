using System.Runtime.InteropServices;

namespace Vgpnn.Silo.Hosting;

/// <summary>The first SIGTERM or Ctrl-C drains the silo; the second one ends the process at once.</summary>
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
