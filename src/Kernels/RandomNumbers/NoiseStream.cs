namespace Vgpnn.Kernels.RandomNumbers;

/// <summary>Small random integers out of one hash chain.</summary>
internal struct NoiseStream
{
    private readonly int _radius;
    private ulong _state;

    /// <param name="state">Determines everything that is drawn.</param>
    /// <param name="radius">Numbers lie in [−radius, radius].</param>
    public NoiseStream(ulong state, int radius)
    {
        _state = state;
        _radius = radius;
    }

    /// <summary>A number in [−radius, radius].</summary>
    public int Next() => Below((2 * _radius) + 1) - _radius;

    /// <summary>A number in [0, bound).</summary>
    public int Below(int bound)
    {
        // An LCG step (Knuth's MMIX) is enough here: the state begins as a full hash and only upper bits are used.
        _state = (_state * 6364136223846793005) + 1442695040888963407;
        return Hash.Below(_state, bound);
    }
}
