using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>
/// One query patch, its best match so far, and a round of places to try instead. Places are collected first: most
/// neighbours agree, so many come more than once and are measured once, and their samples are on the way from memory
/// while the rest is collected. Of equally near places the match so far stays, then the first that was offered.
/// </summary>
internal unsafe ref struct Trial<T, TDistance>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private const int Capacity = 16;

    private readonly NearestNeighbourField _field;
    private readonly ref TDistance _distance;
    private readonly int _index;
    private uint _place;
    private float _best;
    private int _count;
    private fixed uint _offered[Capacity];

    /// <param name="field">Holds the current match, and takes the better one.</param>
    /// <param name="distance">Measures; aimed at the query patch before something is offered.</param>
    /// <param name="index">The query patch's index in the field.</param>
    public Trial(NearestNeighbourField field, ref TDistance distance, int index)
    {
        _field = field;
        _distance = ref distance;
        _index = index;
        _place = field.Places[index];
        _best = field.Distances[index];
    }

    /// <summary>Whether no place can be nearer.</summary>
    public readonly bool IsPerfect => _best == 0;

    /// <summary>Offers the place nearest to (t, h, w) that lies in the key grid.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(int t, int h, int w)
    {
        Extent keys = _field.KeyGrid;
        t = Math.Clamp(t, 0, keys.T - 1);
        h = Math.Clamp(h, 0, keys.H - 1);
        w = Math.Clamp(w, 0, keys.W - 1);
        uint place = _field.Pack(t, h, w);
        if (place == _place) return;
        for (int i = 0; i < _count; i++)
            if (_offered[i] == place) return;
        if (_count == Capacity) Decide();
        _offered[_count++] = place;
        _distance.Fetch(t, h, w);
    }

    /// <summary>Offers a packed place.</summary>
    public void Offer(uint place) => Offer(_field.T(place), _field.H(place), _field.W(place));

    /// <summary>Measures what was offered and writes the best match back.</summary>
    public void Settle()
    {
        Decide();
        _field.Places[_index] = _place;
        _field.Distances[_index] = _best;
    }

    [MethodImpl(Jit.Hot)]
    private void Decide()
    {
        for (int i = 0; i < _count; i++)
        {
            uint place = _offered[i];
            float d = _distance.Measure(_field.T(place), _field.H(place), _field.W(place), _best);
            if (d >= _best) continue;
            _best = d;
            _place = place;
        }

        _count = 0;
    }
}
