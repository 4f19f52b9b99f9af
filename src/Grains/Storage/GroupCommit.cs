using System.Diagnostics;
using Orleans.Storage;

namespace Vgpnn.Grains.Storage;

/// <summary>
/// A grain's stored state. Changes that arrive while a write is under way share the next one. A write that fails may have
/// happened all the same, so the state is read again and the changes are applied to what is there: every change must be
/// able to find its own work done. Another activation's writes are met in the same way.
/// </summary>
/// <param name="storage">The grain's persistent state.</param>
/// <typeparam name="TState">An immutable record.</typeparam>
internal sealed class GroupCommit<TState>(IPersistentState<TState> storage)
    where TState : class, new()
{
    /// <summary>How long a change is tried before its caller is told that the storage does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan RecoveryPause = TimeSpan.FromSeconds(1);

    private readonly List<Pending> _pending = [];
    private TState? _committed;
    private bool _pumping;
    private bool _stale;
    private bool _recovering;

    /// <summary>The state as it was last written or read.</summary>
    public TState State => _committed ?? storage.State;

    /// <summary>Makes sure that <see cref="State"/> is what is stored, should a write have failed before.</summary>
    /// <exception cref="GrainException"><c>storage-unavailable</c>.</exception>
    public Task RefreshAsync() => _stale ? ChangeAsync(static state => state) : Task.CompletedTask;

    /// <summary>Changes the state. Returns once the change is stored.</summary>
    /// <param name="change">Gives the new state, or the same one for no change; may be called more than once.</param>
    /// <exception cref="GrainException"><c>storage-unavailable</c>, or what <paramref name="change"/> throws.</exception>
    public async Task<TResult> ChangeAsync<TResult>(Func<TState, (TState State, TResult Result)> change)
    {
        TResult result = default!;
        await ChangeAsync(state =>
        {
            (TState next, result) = change(state);
            return next;
        });
        return result;
    }

    /// <inheritdoc cref="ChangeAsync{TResult}"/>
    public Task ChangeAsync(Func<TState, TState> change)
    {
        var pending = new Pending(change);
        _pending.Add(pending);
        if (!_pumping) _ = PumpAsync();
        return pending.Done.Task;
    }

    /// <summary>Removes the state.</summary>
    /// <exception cref="GrainException"><c>storage-unavailable</c>.</exception>
    public async Task ClearAsync()
    {
        for (long start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                if (_stale) await ReadAsync();
                await storage.ClearStateAsync();
                _committed = null;
                return;
            }
            catch (Exception) when (Stopwatch.GetElapsedTime(start) < Patience)
            {
                _stale = true;
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
            catch (Exception e)
            {
                throw Unavailable(e);
            }
        }
    }

    private async Task PumpAsync()
    {
        _pumping = true;
        try
        {
            while (_pending.Count > 0)
            {
                Pending[] batch = [.. _pending];
                _pending.Clear();
                await CommitAsync(batch);
            }
        }
        finally
        {
            _pumping = false;
        }

        if (_stale && !_recovering) _ = RecoverAsync();
    }

    /// <summary>A write that was given up may have happened all the same: readers are not to wait for the next change to see it.</summary>
    private async Task RecoverAsync()
    {
        _recovering = true;
        while (_stale)
        {
            await Task.Delay(RecoveryPause);
            try
            {
                await RefreshAsync();
            }
            catch (GrainException)
            {
                // The storage still does not answer.
            }
        }

        _recovering = false;
    }

    private async Task CommitAsync(Pending[] batch)
    {
        long start = Stopwatch.GetTimestamp();
        for (int tries = 1; ; tries++)
        {
            try
            {
                if (_stale) await ReadAsync();
                TState before = storage.State, next = before;
                foreach (Pending pending in batch) next = pending.Apply(next);
                if (!ReferenceEquals(next, before)) await WriteAsync(before, next);
                foreach (Pending pending in batch) pending.Complete();
                return;
            }
            catch (Exception) when (Stopwatch.GetElapsedTime(start) < Patience)
            {
                _stale = true;
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Min(500, 10 << Math.Min(tries, 6))));
            }
            catch (Exception e)
            {
                _stale = true;
                GrainException unavailable = Unavailable(e);
                foreach (Pending pending in batch) pending.Fail(unavailable);
                return;
            }
        }
    }

    private async Task WriteAsync(TState before, TState next)
    {
        // Readers see the state before the change until it is stored.
        _committed = before;
        storage.State = next;
        try
        {
            await storage.WriteStateAsync();
        }
        catch
        {
            storage.State = before;
            throw;
        }

        _committed = null;
    }

    private async Task ReadAsync()
    {
        await storage.ReadStateAsync();
        _committed = null;
        _stale = false;
    }

    private static GrainException Unavailable(Exception e)
    {
        Activity.Current?.AddException(e);
        return GrainException.Unavailable();
    }

    private sealed class Pending(Func<TState, TState> change)
    {
        private Exception? _refused;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TState Apply(TState state)
        {
            try
            {
                _refused = null;
                return change(state);
            }
            catch (Exception e)
            {
                _refused = e;
                return state;
            }
        }

        public void Complete()
        {
            if (_refused is { } refused) Done.TrySetException(refused);
            else Done.TrySetResult();
        }

        public void Fail(Exception e) => Done.TrySetException(_refused ?? e);
    }
}
