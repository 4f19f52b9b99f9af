namespace Vgpnn.Benchmarks.Simulation;

/// <summary>Something that serves one customer after another: the dispatcher's thread, or the storage.</summary>
/// <param name="background">Part of its time that is taken by work which is not simulated event by event.</param>
internal sealed class Station(double background)
{
    private readonly List<double> _busyPerMinute = [];
    private readonly double _speed = Math.Max(0.01, 1 - background);
    private double _free;

    /// <summary>Part of its time that is used, in the busiest minute; more than 1 if it cannot do the background work alone.</summary>
    public double PeakLoad => background + (_busyPerMinute.DefaultIfEmpty().Max() / 60);

    /// <summary>The longest time in seconds that a customer waited for others.</summary>
    public double LongestWait { get; private set; }

    /// <summary>Returns when a customer that comes now and takes some seconds is served.</summary>
    public double Serve(double now, double seconds)
    {
        double begins = Math.Max(now, _free);
        LongestWait = Math.Max(LongestWait, begins - now);
        int minute = (int)(begins / 60);
        while (_busyPerMinute.Count <= minute) _busyPerMinute.Add(0);
        _busyPerMinute[minute] += seconds;
        return _free = begins + (seconds / _speed);
    }
}
