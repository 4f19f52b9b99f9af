namespace Vgpnn.Synthesis.Planning;

/// <summary>The steps of a run, in order. A buffer is held during some of them.</summary>
[Flags]
internal enum Steps
{
    /// <summary>Work before the first sample, such as finding motion.</summary>
    Prepare = 1,

    /// <summary>The level's values are made.</summary>
    Values = 2,

    /// <summary>The coarser level's output is enlarged.</summary>
    Enlarge = 4,

    /// <summary>The blurred keys of the first search are made.</summary>
    Blur = 8,

    /// <summary>A search from scratch finds its first matches.</summary>
    SearchStart = 16,

    /// <summary>A search improves its matches.</summary>
    Search = 32,

    /// <summary>Patches are folded back.</summary>
    Vote = 64,

    /// <summary>Starts are compared.</summary>
    Judge = 128,

    /// <summary>All resampling of a level.</summary>
    Resample = Values | Enlarge | Blur,

    /// <summary>Both parts of a search.</summary>
    AnySearch = SearchStart | Search,

    /// <summary>As long as the level lasts.</summary>
    Level = Resample | AnySearch | Vote,

    /// <summary>As long as the level lasts, and while starts are compared there; without a level, as long as samples are made.</summary>
    Run = Level | Judge,

    /// <summary>As long as the sampler lasts.</summary>
    Always = Run | Prepare,
}

/// <summary>Memory that a backend holds.</summary>
/// <param name="Level">The level, 0 the finest; <c>null</c> for all levels.</param>
/// <param name="Name">Name of the buffer for diagnostics.</param>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="Lifetime">The steps during which it is held.</param>
internal readonly record struct LevelBuffer(int? Level, string Name, long Bytes, Steps Lifetime);

/// <summary>The memory of a run, derived from the list of its buffers.</summary>
/// <param name="Buffers">Every buffer; a backend lists what it allocates.</param>
internal sealed record MemoryEstimate(IReadOnlyList<LevelBuffer> Buffers)
{
    private static readonly Steps[] Each =
        [Steps.Prepare, Steps.Values, Steps.Enlarge, Steps.Blur, Steps.SearchStart, Steps.Search, Steps.Vote, Steps.Judge];

    /// <summary>Maximum number of bytes held at once.</summary>
    public long PeakBytes => PeakBytesOf(Steps.Always);

    /// <summary>Maximum number of bytes held at once during the given steps.</summary>
    public long PeakBytesOf(Steps steps) => Moments(steps).Max(m => Held(m.Level, m.Step).Sum(b => b.Bytes));

    /// <summary>The buffers held at the peak, the largest first.</summary>
    public IReadOnlyList<LevelBuffer> AtPeak()
    {
        (int? level, Steps step) = Moments(Steps.Always).MaxBy(m => Held(m.Level, m.Step).Sum(b => b.Bytes));
        return [.. Held(level, step).OrderByDescending(b => b.Bytes)];
    }

    private IEnumerable<LevelBuffer> Held(int? level, Steps step) =>
        Buffers.Where(b => b.Lifetime.HasFlag(step) && (b.Level is null || b.Level == level));

    private IEnumerable<(int? Level, Steps Step)> Moments(Steps steps) =>
        from level in Buffers.Select(b => b.Level).Distinct().ToArray()
        from step in Each
        where steps.HasFlag(step)
        select (level, step);
}
