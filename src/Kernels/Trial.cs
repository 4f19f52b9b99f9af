using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>One query patch, its best match so far, and the trying of others. Of equally near places the first tried stays.</summary>
internal ref struct Trial<T, TDistance>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private readonly NearestNeighbourField _field;
    private readonly ref TDistance _distance;
    private readonly int _index;
    private uint _place;
    private float _best;
    private uint _tried0;
    private uint _tried1;
    private uint _tried2;
    private uint _tried3;

    /// <param name="field">Holds the current match, and takes the better one.</param>
    /// <param name="distance">Measures; aimed at the query patch when something is tried.</param>
    /// <param name="index">The query patch's index in the field.</param>
    public Trial(NearestNeighbourField field, ref TDistance distance, int index)
    {
        _field = field;
        _distance = ref distance;
        _index = index;
        _place = field.Places[index];
        _best = field.Distances[index];
        _tried0 = _tried1 = _tried2 = _tried3 = _place;
    }

    /// <summary>Whether no place can be nearer.</summary>
    public readonly bool IsPerfect => _best == 0;

    /// <summary>Tries the place nearest to (t, h, w) that lies in the key grid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TryClamped(int t, int h, int w)
    {
        Extent keys = _field.KeyGrid;
        Try(Math.Clamp(t, 0, keys.T - 1), Math.Clamp(h, 0, keys.H - 1), Math.Clamp(w, 0, keys.W - 1));
    }

    /// <summary>Tries a packed place.</summary>
    public void Try(uint place) => Try(_field.T(place), _field.H(place), _field.W(place));

    /// <summary>
    /// Tries (t, h, w), which lies in the key grid. Neighbours mostly agree, so that the current match and the four places
    /// tried last come again and again; they cost nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Try(int t, int h, int w)
    {
        uint place = _field.Pack(t, h, w);
        if (place == _place || place == _tried0 || place == _tried1 || place == _tried2 || place == _tried3) return;
        (_tried0, _tried1, _tried2, _tried3) = (place, _tried0, _tried1, _tried2);
        float d = _distance.Measure(t, h, w, _best);
        if (d >= _best) return;
        _best = d;
        _place = place;
    }

    /// <summary>Writes the best match back.</summary>
    public readonly void Store()
    {
        _field.Places[_index] = _place;
        _field.Distances[_index] = _best;
    }
}
