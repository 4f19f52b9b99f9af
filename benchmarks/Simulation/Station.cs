namespace Vgpnn.Benchmarks.Simulation;

/// <summary>A queue with one server: the dispatcher's thread or the storage.</summary>
/// <param name="background">Fraction of its time taken by work that is not simulated event by event.</param>
internal sealed class Station(double background)
{
    private readonly List<double> _busyPerMinute = [];
    private readonly double _speed = Math.Max(0.01, 1 - background);
    private double _free;

    /// <summary>Fraction of its time used in the busiest minute; above 1 if it is overloaded.</summary>
    public double PeakLoad => background + (_busyPerMinute.DefaultIfEmpty().Max() / 60);

    /// <summary>Maximum time that a call waited, in seconds.</summary>
    public double LongestWait { get; private set; }

    /// <summary>Returns the completion time of a call that arrives now and takes the given seconds.</summary>
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
