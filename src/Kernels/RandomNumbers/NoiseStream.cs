namespace Vgpnn.Kernels.RandomNumbers;

/// <summary>A stream of small random integers seeded by a hash.</summary>
internal struct NoiseStream
{
    private readonly int _radius;
    private ulong _state;

    /// <param name="state">Seed; determines all numbers of the stream.</param>
    /// <param name="radius">Range of <see cref="Next"/>: [−radius, radius].</param>
    public NoiseStream(ulong state, int radius)
    {
        _state = state;
        _radius = radius;
    }

    /// <summary>Returns the next integer in [−radius, radius].</summary>
    public int Next() => Below((2 * _radius) + 1) - _radius;

    /// <summary>Returns the next integer in [0, bound).</summary>
    public int Below(int bound)
    {
        // An LCG step (Knuth's MMIX) is sufficient: the initial state is a full hash and only the upper bits are used.
        _state = (_state * 6364136223846793005) + 1442695040888963407;
        return Hash.Below(_state, bound);
    }
}
