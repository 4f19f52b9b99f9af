using Vgpnn.Grains.Indices;


namespace Vgpnn.Grains.Dispatch;

/// <summary>
/// An entry in the queue of its tenant: its jobs that wait, pause and run. A worker may report a running job before the entry is queued;
/// until then <see cref="Entry"/> is <c>null</c>.
/// </summary>
internal sealed class QueuedJobs(TenantQueue tenant, string key) : FitNode<QueuedJobs>
{
    private readonly Dictionary<int, long> _paused = [];
    private IndexSet _waiting = IndexSet.Empty;
    private IndexSet _returned = IndexSet.Empty;
    private IndexSet _running = IndexSet.Empty;

    // Running jobs that must not be queued again.
    private IndexSet _stopped = IndexSet.Empty;
    private long _returnedSince;

    public TenantQueue Tenant { get; } = tenant;

    public string Key { get; } = key;

    public QueueEntry? Entry { get; private set; }

    /// <summary>The number of workers that keep room for a job of this entry.</summary>
    public int Kept { get; set; }

    public int Paused => _paused.Count;

    public int Running => _running.Count;

    public bool IsOver => Due + Paused + Running == 0;

    public override int Due => _waiting.Count + _returned.Count;

    /// <summary>Since when the oldest due job waits: returned jobs since their return, all others since they were submitted.</summary>
    public long Since => Math.Min(_waiting.IsEmpty ? long.MaxValue : Entry!.Created, _returned.IsEmpty ? long.MaxValue : _returnedSince);

    public override Needs Needs => Entry!.DeviceMemory is { } device ? new(long.MaxValue, device, Since) : new(Entry.Memory, long.MaxValue, Since);

    /// <summary>Returned jobs go first, then those of higher priority, then older ones.</summary>
    public override int CompareTo(QueuedJobs? other)
    {
        int order = CompareAge(other!);
        return order != 0 ? order : string.CompareOrdinal(Key, other!.Key);
    }

    /// <summary>Compares as <see cref="CompareTo"/> does, but returns 0 if only the keys differ.</summary>
    public int CompareAge(QueuedJobs other)
    {
        int order = _returned.IsEmpty.CompareTo(other._returned.IsEmpty);
        if (order == 0) order = other.Entry!.Priority.CompareTo(Entry!.Priority);
        return order != 0 ? order : Entry!.Created.CompareTo(other.Entry!.Created);
    }

    public bool IsRunning(int index) => _running.Contains(index);

    /// <summary>Sets the entry and makes its indices wait, except those that run or pause already.</summary>
    public void Queue(QueueEntry entry)
    {
        Entry = entry;
        foreach (int index in _paused.Keys.Where(i => !entry.Waiting.Contains(i)).ToArray()) _paused.Remove(index);
        _returned = _returned.Intersect(entry.Waiting);
        _waiting = entry.Waiting.Except(_running).Except(_returned).Except(IndexSet.Of(_paused.Keys));
    }

    /// <summary>Takes the lowest returned index, or else the lowest waiting one.</summary>
    public int Take()
    {
        int index = (_returned.First ?? _waiting.First)!.Value;
        Run(index);
        return index;
    }

    public void Run(int index)
    {
        Unqueue(index);
        _running = _running.Add(index);
    }

    /// <summary>Lets a running job wait until a time; returns <c>false</c> if it must not be queued again.</summary>
    public bool Pause(int index, long until)
    {
        _running = _running.Remove(index);
        bool again = Entry is not null && !_stopped.Contains(index);
        _stopped = _stopped.Remove(index);
        if (again) _paused[index] = until;
        return again;
    }

    /// <summary>Makes a paused job wait at the front.</summary>
    public void EndPause(int index, long until)
    {
        _paused.Remove(index);
        _returnedSince = _returned.IsEmpty ? until : Math.Min(_returnedSince, until);
        _returned = _returned.Add(index);
    }

    /// <summary>Whether a job pauses until exactly this time; an earlier pause of the same job does not count.</summary>
    public bool PausesUntil(int index, long until) => _paused.TryGetValue(index, out long end) && end == until;

    /// <summary>Forgets a job wherever it is; returns <c>false</c> if it neither waited nor ran.</summary>
    public bool Finish(int index)
    {
        bool known = Unqueue(index) || _running.Contains(index);
        _running = _running.Remove(index);
        _stopped = _stopped.Remove(index);
        return known;
    }

    /// <summary>Takes a waiting job from the queue and marks a running one as not to be queued again; returns whether it waited.</summary>
    public bool Cancel(int index)
    {
        if (_running.Contains(index)) _stopped = _stopped.Add(index);
        return Unqueue(index);
    }

    public void CancelAll()
    {
        _waiting = _returned = IndexSet.Empty;
        _paused.Clear();
        _stopped = _running;
    }

    private bool Unqueue(int index)
    {
        bool queued = _waiting.Contains(index) || _returned.Contains(index) || _paused.ContainsKey(index);
        _waiting = _waiting.Remove(index);
        _returned = _returned.Remove(index);
        _paused.Remove(index);
        return queued;
    }
}
