namespace Vgpnn.Grains.Dispatch;

/// <summary>The least requirements of a group of entries; <see cref="long.MaxValue"/> where the group has no such entry.</summary>
/// <param name="Memory">The least memory of an entry that needs no device.</param>
/// <param name="DeviceMemory">The least device memory of an entry that needs the device.</param>
/// <param name="Since">Since when the oldest entry waits.</param>
internal readonly record struct Needs(long Memory, long DeviceMemory, long Since)
{
    public static Needs None { get; } = new(long.MaxValue, long.MaxValue, long.MaxValue);

    public Needs With(in Needs other) =>
        new(Math.Min(Memory, other.Memory), Math.Min(DeviceMemory, other.DeviceMemory), Math.Min(Since, other.Since));

    /// <summary>Whether an entry of the group may fit a worker, or may have to have room kept there.</summary>
    public bool MayConcern(WorkerRoom room, long overdueSince) =>
        Memory <= room.Memory || DeviceMemory <= room.DeviceMemory || (Since <= overdueSince && Memory <= room.TotalMemory);
}

/// <summary>A member of a <see cref="FitTree{T}"/>; its order and requirements must not change while it is in the tree.</summary>
internal abstract class FitNode<T> : IComparable<T>
    where T : FitNode<T>
{
    /// <summary>The member's own requirements.</summary>
    public abstract Needs Needs { get; }

    /// <summary>The number of due jobs of the member.</summary>
    public abstract int Due { get; }

    // These belong to the tree: it is a heap by rank, and a search tree by order.
    internal T? Left { get; set; }

    internal T? Right { get; set; }

    internal uint Rank { get; set; }

    internal Needs AllNeeds { get; set; } = Needs.None;

    internal int AllDue { get; set; }

    public abstract int CompareTo(T? other);
}

/// <summary>
/// An ordered collection that finds the first member which may concern a worker without looking at all others before it: every subtree
/// knows its least requirements (a treap). All operations take logarithmic time.
/// </summary>
internal sealed class FitTree<T>
    where T : FitNode<T>
{
    private T? _root;
    private uint _random = 2463534242;

    public bool IsEmpty => _root is null;

    /// <summary>The least requirements of all members.</summary>
    public Needs Needs => _root?.AllNeeds ?? Needs.None;

    /// <summary>The number of due jobs of all members.</summary>
    public int Due => _root?.AllDue ?? 0;

    public void Add(T member)
    {
        // Xorshift: ranks have to be spread, not unpredictable.
        _random ^= _random << 13;
        _random ^= _random >> 17;
        _random ^= _random << 5;
        (member.Left, member.Right, member.Rank) = (null, null, _random);
        Sum(member);
        (T? before, T? after) = Split(_root, member);
        _root = Merge(Merge(before, member), after);
    }

    public void Remove(T member) => _root = Remove(_root, member);

    /// <summary>Returns the first member behind <paramref name="after"/> that may concern the worker.</summary>
    public T? First(WorkerRoom room, long overdueSince, T? after = null) => First(_root, room, overdueSince, after);

    /// <summary>Returns the number of due jobs of all members before <paramref name="member"/>, which need not be in the tree.</summary>
    public int DueBefore(T member)
    {
        int sum = 0;
        T? node = _root;
        while (node is not null)
        {
            bool before = node.CompareTo(member) < 0;
            if (before) sum += node.AllDue - (node.Right?.AllDue ?? 0);
            node = before ? node.Right : node.Left;
        }

        return sum;
    }

    private static T? First(T? node, WorkerRoom room, long overdueSince, T? after)
    {
        if (node is null || !node.AllNeeds.MayConcern(room, overdueSince)) return null;
        if (after is not null && node.CompareTo(after) <= 0) return First(node.Right, room, overdueSince, after);
        return First(node.Left, room, overdueSince, after)
            ?? (node.Needs.MayConcern(room, overdueSince) ? node : First(node.Right, room, overdueSince, after: null));
    }

    private static T? Remove(T? node, T member)
    {
        if (node is null) throw new InvalidOperationException("the member is not in the tree");
        if (ReferenceEquals(node, member)) return Merge(node.Left, node.Right);
        if (member.CompareTo(node) < 0) node.Left = Remove(node.Left, member);
        else node.Right = Remove(node.Right, member);
        Sum(node);
        return node;
    }

    private static (T? Before, T? After) Split(T? node, T member)
    {
        if (node is null) return default;
        (T? before, T? after) = Split(node.CompareTo(member) < 0 ? node.Right : node.Left, member);
        if (node.CompareTo(member) < 0)
        {
            node.Right = before;
            before = node;
        }
        else
        {
            node.Left = after;
            after = node;
        }

        Sum(node);
        return (before, after);
    }

    private static T? Merge(T? before, T? after)
    {
        if (before is null || after is null) return before ?? after;
        T top = before.Rank >= after.Rank ? before : after;
        if (ReferenceEquals(top, before)) top.Right = Merge(before.Right, after);
        else top.Left = Merge(before, after.Left);
        Sum(top);
        return top;
    }

    private static void Sum(T node)
    {
        Needs needs = node.Needs;
        if (node.Left is { } left) needs = needs.With(left.AllNeeds);
        if (node.Right is { } right) needs = needs.With(right.AllNeeds);
        node.AllNeeds = needs;
        node.AllDue = node.Due + (node.Left?.AllDue ?? 0) + (node.Right?.AllDue ?? 0);
    }
}
