using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Reading;

/// <summary>The frame rate of a clip, by the times of its coded frames.</summary>
/// <param name="Rate">Frames per second; the average if it varies.</param>
/// <param name="Varies">Whether the frames are unevenly spaced, beyond the rounding of the container's unit of time.</param>
/// <param name="Known">Whether the container states any frame rate.</param>
internal sealed record FrameTiming(FrameRate Rate, bool Varies, bool Known)
{
    // Times are rounded to ticks: two of them can be off by half a tick each, and a little more where rounding was careless.
    private const double Slack = 1.05;
    private const double SlowestRate = 0.001;
    private const double FastestRate = 1000;

    /// <summary>
    /// The exact rate where the times agree with one: the container's own word first, then what the times say. GIFs count
    /// in hundredths of a second and give no rate, so there the nearest whole number that agrees is taken.
    /// </summary>
    public static FrameTiming Of(StreamInfo stream, IReadOnlyList<PacketTime> packets)
    {
        FrameRate? word = Sane(stream.TypicalRate) ?? Sane(stream.AverageRate);
        long[] starts = [.. packets.Select(p => p.Start).OfType<long>().Order()];
        double tick = stream.Tick is { Numerator: > 0, Denominator: > 0 } t ? (double)t.Numerator / t.Denominator : 0;
        if (starts.Length < 2 || starts.Length < packets.Count || tick == 0 || starts[^1] == starts[0])
            return new FrameTiming(Sane(stream.AverageRate) ?? word ?? InputSource.DirectoryRate, false, word is not null);

        bool gif = stream.Codec == "gif";
        FrameRate?[] candidates = gif ? [] : [word, Sane(stream.AverageRate)];
        foreach (FrameRate? candidate in candidates)
        {
            if (candidate is { } rate && Agrees(starts, tick, rate)) return new FrameTiming(rate, false, true);
        }

        // The last frame's time on screen counts in a GIF, where somebody chose it; elsewhere it is often made up.
        double step = (double)(starts[^1] - starts[0]) / (starts.Length - 1);
        double last = gif && packets[^1].Duration is > 0 and { } ticks ? ticks : step;
        if (Math.Abs(last - step) <= Slack)
        {
            if (Steady(starts, stream.Tick) is { } steady) return new FrameTiming(steady, false, true);
            double nearest = Math.Clamp(Math.Round(1 / (step * tick)), 1, FastestRate);
            var whole = new FrameRate((int)nearest, 1);
            if (Agrees(starts, tick, whole)) return new FrameTiming(whole, false, true);
        }

        double mean = starts.Length / ((starts[^1] - starts[0] + last) * tick);
        int thousandths = (int)Math.Round(1000 * Math.Clamp(mean, SlowestRate, FastestRate));
        return new FrameTiming(new FrameRate(thousandths, 1000), true, true);
    }

    private static FrameRate? Sane(FrameRate? rate) => rate is { Value: >= SlowestRate and <= FastestRate } ? rate : null;

    private static bool Agrees(long[] starts, double tick, FrameRate rate)
    {
        double step = 1 / (rate.Value * tick);
        for (int i = 1; i < starts.Length; i++)
        {
            if (Math.Abs(starts[i] - starts[0] - (i * step)) > Slack) return false;
        }

        return true;
    }

    private static FrameRate? Steady(long[] starts, (int Numerator, int Denominator) tick)
    {
        long step = starts[1] - starts[0];
        for (int i = 2; i < starts.Length; i++)
        {
            if (starts[i] - starts[i - 1] != step) return null;
        }

        long seconds = step * tick.Numerator;
        return seconds is > 0 and <= int.MaxValue ? Sane(new FrameRate(tick.Denominator, (int)seconds)) : null;
    }
}
