namespace Vgpnn.Silo.Examining;

/// <summary>How well something is.</summary>
internal enum Health
{
    /// <summary>As it should be.</summary>
    Well,

    /// <summary>It works, but not as well as it could.</summary>
    Doubtful,

    /// <summary>A silo would not start, or its jobs would fail.</summary>
    Broken,
}

/// <summary>What was found of one thing.</summary>
/// <param name="Of">The thing, one word.</param>
/// <param name="Health">How well it is.</param>
/// <param name="Says">What was found.</param>
/// <param name="Mend">What to do; null where there is nothing to do.</param>
internal sealed record Finding(string Of, Health Health, string Says, string? Mend = null)
{
    public static Finding Well(string of, string says) => new(of, Health.Well, says);

    public static Finding Doubtful(string of, string says, string mend) => new(of, Health.Doubtful, says, mend);

    public static Finding Broken(string of, string says, string? mend) => new(of, Health.Broken, says, mend);
}
