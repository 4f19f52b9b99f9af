using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Grains.Requests;

/// <summary>
/// The last changes of a grain's things, for those who watch: of each thing the last one. Watchers ask for what came after
/// the version that they have seen, so that nothing has to be kept for them; one who is too late starts over.
/// </summary>
/// <param name="capacity">Maximum number of things.</param>
/// <param name="stopping">Ends all waits: a grain is not deactivated before its calls are answered, which would hold up the silo's shutdown.</param>
internal sealed class ChangeFeed(int capacity, CancellationToken stopping)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly Dictionary<string, LinkedListNode<Change>> _bySubject = [];
    private readonly LinkedList<Change> _changes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // A later activation starts above all versions of an earlier one, whose changes it does not know.
    private long _version = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() << 10;
    private long? _forgotten;

    /// <summary>The version before which changes are not known.</summary>
    private long Forgotten => _forgotten ??= _version;

    /// <summary>Adds changes and wakes those who wait.</summary>
    public void Add(IEnumerable<Change> changes)
    {
        _ = Forgotten;
        bool any = false;
        foreach (Change change in changes)
        {
            any = true;
            if (_bySubject.Remove(change.Subject, out LinkedListNode<Change>? older)) _changes.Remove(older);
            _bySubject[change.Subject] = _changes.AddLast(change with { Version = ++_version });
            if (_changes.Count <= capacity) continue;
            Change oldest = _changes.First!.Value;
            _changes.RemoveFirst();
            _bySubject.Remove(oldest.Subject);
            _forgotten = oldest.Version;
        }

        if (!any) return;
        TaskCompletionSource changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }

    /// <summary>Changes after a version; waits for the first one, unless the silo shuts down.</summary>
    public async Task<ChangeBatch> AfterAsync(long? after, TimeSpan wait)
    {
        if (after is not { } from || from < Forgotten || from > _version) return new ChangeBatch { Version = _version, Reset = true };
        if (from == _version)
        {
            await _changed.Task.WaitAsync(wait < LongestWait ? wait : LongestWait, stopping).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            if (from < Forgotten) return new ChangeBatch { Version = _version, Reset = true };
        }

        var found = new List<Change>();
        for (LinkedListNode<Change>? node = _changes.Last; node is not null && node.Value.Version > from; node = node.Previous) found.Add(node.Value);
        found.Reverse();
        return new ChangeBatch { Version = _version, Changes = found };
    }
}
