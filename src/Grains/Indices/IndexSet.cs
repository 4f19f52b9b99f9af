using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Vgpnn.Grains.Indices;

/// <summary>
/// An immutable set of indices from 0 to <see cref="MaxIndex"/>, kept as sorted disjoint intervals. Its text, which is also its JSON,
/// is like <c>0-9,12</c>. Look-ups take time logarithmic in the number of intervals, changes take time linear in it.
/// </summary>
[JsonConverter(typeof(IndexSetConverter))]
public sealed class IndexSet : IReadOnlyCollection<int>, IEquatable<IndexSet>
{
    /// <summary>The greatest index that a set can hold.</summary>
    public const int MaxIndex = int.MaxValue - 1;

    // Strictly ascending. Interval i holds the indices from _bounds[2i] up to, but not including, _bounds[2i + 1].
    private readonly int[] _bounds;

    private IndexSet(ReadOnlySpan<int> bounds)
    {
        _bounds = bounds.ToArray();
        for (int i = 0; i < _bounds.Length; i += 2) Count += _bounds[i + 1] - _bounds[i];
    }

    /// <summary>The set without indices.</summary>
    public static IndexSet Empty { get; } = new([]);

    /// <summary>The number of indices.</summary>
    public int Count { get; }

    /// <summary>The number of intervals that the set consists of.</summary>
    public int IntervalCount => _bounds.Length / 2;

    /// <summary>Whether the set has no indices.</summary>
    public bool IsEmpty => _bounds.Length == 0;

    /// <summary>The least index; <c>null</c> if the set is empty.</summary>
    public int? First => IsEmpty ? null : _bounds[0];

    /// <summary>Returns the set of <paramref name="count"/> consecutive indices from <paramref name="first"/> on.</summary>
    public static IndexSet Range(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, int.MaxValue - first);
        return count == 0 ? Empty : new IndexSet([first, first + count]);
    }

    /// <summary>Returns the set of the given indices, which may come in any order and repeatedly.</summary>
    public static IndexSet Of(params IEnumerable<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        var bounds = new List<int>();
        foreach (int index in indices.Order())
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(index, MaxIndex, nameof(indices));
            if (bounds.Count > 0 && index < bounds[^1]) continue;
            if (bounds.Count > 0 && index == bounds[^1]) bounds[^1]++;
            else bounds.AddRange([index, index + 1]);
        }

        return new IndexSet([.. bounds]);
    }

    /// <summary>Reads the text that <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">The text is not a list of ascending, disjoint and non-adjacent intervals.</exception>
    public static IndexSet Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out IndexSet? set) ? set : throw new FormatException($"invalid index set '{text}'; write it like 0-9,12");
    }

    /// <summary>Reads the text that <see cref="ToString"/> writes; returns <c>false</c> if it is not such a text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out IndexSet? set)
    {
        set = text is { Length: 0 } ? Empty : null;
        if (string.IsNullOrEmpty(text)) return set is not null;
        var bounds = new List<int>();
        foreach (Range part in text.AsSpan().Split(','))
        {
            ReadOnlySpan<char> interval = text.AsSpan(part);
            int dash = interval.IndexOf('-');
            if (!TryParseIndex(dash < 0 ? interval : interval[..dash], out int first)) return false;
            int last = first;
            if (dash >= 0 && (!TryParseIndex(interval[(dash + 1)..], out last) || last <= first)) return false;
            if (bounds.Count > 0 && first <= bounds[^1]) return false;
            bounds.AddRange([first, last + 1]);
        }

        set = new IndexSet([.. bounds]);
        return true;
    }

    /// <summary>Whether <paramref name="index"/> is in the set.</summary>
    public bool Contains(int index)
    {
        int at = Array.BinarySearch(_bounds, index);
        return (at < 0 ? ~at - 1 : at) % 2 == 0;
    }

    /// <summary>Returns the set with <paramref name="index"/>.</summary>
    public IndexSet Add(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, MaxIndex);
        return Contains(index) ? this : Union(Range(index, 1));
    }

    /// <summary>Returns the set without <paramref name="index"/>.</summary>
    public IndexSet Remove(int index) => Contains(index) ? Except(Range(index, 1)) : this;

    /// <summary>Returns the indices that are in this set, in <paramref name="other"/> or in both.</summary>
    public IndexSet Union(IndexSet other) => Combine(other, static (here, there) => here || there);

    /// <summary>Returns the indices of this set that are not in <paramref name="other"/>.</summary>
    public IndexSet Except(IndexSet other) => Combine(other, static (here, there) => here && !there);

    /// <summary>Returns the indices that are both in this set and in <paramref name="other"/>.</summary>
    public IndexSet Intersect(IndexSet other) => Combine(other, static (here, there) => here && there);

    /// <summary>Returns the indices in ascending order.</summary>
    public IEnumerator<int> GetEnumerator()
    {
        for (int i = 0; i < _bounds.Length; i += 2)
            for (int index = _bounds[i]; index < _bounds[i + 1]; index++) yield return index;
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    public bool Equals(IndexSet? other) => other is not null && _bounds.AsSpan().SequenceEqual(other._bounds);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IndexSet);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (int bound in _bounds) hash.Add(bound);
        return hash.ToHashCode();
    }

    /// <summary>Returns the intervals as text, for example <c>0-9,12</c>; an empty string for the empty set.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (int i = 0; i < _bounds.Length; i += 2)
        {
            (int first, int last) = (_bounds[i], _bounds[i + 1] - 1);
            if (i > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{first}");
            if (last > first) text.Append(CultureInfo.InvariantCulture, $"-{last}");
        }

        return text.ToString();
    }

    private static bool TryParseIndex(ReadOnlySpan<char> text, out int index) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out index) && index <= MaxIndex;

    // Visits the bounds of both sets in ascending order; an odd number of passed bounds means inside.
    private IndexSet Combine(IndexSet other, Func<bool, bool, bool> keeps)
    {
        ArgumentNullException.ThrowIfNull(other);
        (int[] a, int[] b) = (_bounds, other._bounds);
        var bounds = new int[a.Length + b.Length];
        int i = 0, j = 0, count = 0;
        while (i < a.Length || j < b.Length)
        {
            int next = Math.Min(i < a.Length ? a[i] : int.MaxValue, j < b.Length ? b[j] : int.MaxValue);
            if (i < a.Length && a[i] == next) i++;
            if (j < b.Length && b[j] == next) j++;
            if (keeps(i % 2 == 1, j % 2 == 1) != (count % 2 == 1)) bounds[count++] = next;
        }

        return count == 0 ? Empty : new IndexSet(bounds.AsSpan(0, count));
    }
}
