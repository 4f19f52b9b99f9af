using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>One query patch, its best match so far, and the trying of others. Of equally near places the first tried stays.</summary>
internal unsafe ref struct Trial
{
    private readonly NearestNeighbourField _field;
    private readonly PatchDistance _distance;
    private readonly float* _query;
    private readonly float* _keys;
    private readonly int _index;
    private uint _place;
    private float _best;

    /// <param name="field">Holds the current match, and takes the better one.</param>
    /// <param name="distance">Measures.</param>
    /// <param name="query">The query patch's first sample.</param>
    /// <param name="keys">The key volume's first sample.</param>
    /// <param name="index">The query patch's index in the field.</param>
    public Trial(NearestNeighbourField field, in PatchDistance distance, float* query, float* keys, int index)
    {
        _field = field;
        _distance = distance;
        _query = query;
        _keys = keys;
        _index = index;
        _place = field.Places[index];
        _best = field.Distances[index];
    }

    /// <summary>Tries the place nearest to (t, h, w) that lies in the key grid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TryClamped(int t, int h, int w)
    {
        Extent keys = _field.KeyGrid;
        Try(Math.Clamp(t, 0, keys.T - 1), Math.Clamp(h, 0, keys.H - 1), Math.Clamp(w, 0, keys.W - 1));
    }

    /// <summary>Tries (t, h, w), which lies in the key grid; the current match costs nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Try(int t, int h, int w)
    {
        uint place = _field.Pack(t, h, w);
        if (place == _place) return;
        float d = _distance.Squared(_query, _keys + _distance.KeyStart(t, h, w), _best);
        if (d >= _best) return;
        _best = d;
        _place = place;
    }

    /// <summary>Whether no place can be nearer.</summary>
    public readonly bool IsPerfect => _best == 0;

    /// <summary>Writes the best match back.</summary>
    public readonly void Store()
    {
        _field.Places[_index] = _place;
        _field.Distances[_index] = _best;
    }
}

/// <summary>Small random integers out of one hash chain.</summary>
internal struct NoiseStream
{
    private readonly uint _span;
    private readonly int _radius;
    private ulong _state;

    /// <param name="state">Determines everything that is drawn.</param>
    /// <param name="radius">Numbers lie in [−radius, radius].</param>
    public NoiseStream(ulong state, int radius)
    {
        _state = state;
        _radius = radius;
        _span = (uint)((2 * radius) + 1);
    }

    /// <summary>A number in [−radius, radius].</summary>
    public int Next() => Below((int)_span) - _radius;

    /// <summary>A number in [0, bound).</summary>
    public int Below(int bound)
    {
        // An LCG step (Knuth's MMIX) is enough here: the state begins as a full hash and only upper bits are used.
        _state = (_state * 6364136223846793005) + 1442695040888963407;
        return Hash.Below(_state, bound);
    }
}
