using Orleans.Runtime;
using Orleans.Storage;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>The stored state of a grain, with a failing storage and concurrent writers.</summary>
public class GroupCommitTests
{
    private readonly MemoryStorage _memory = new();
    private readonly StorageFaults _faults = new();
    private int _writes;

    [Fact]
    public Task Changes_that_arrive_during_a_write_share_the_next_one() => OnSchedulerAsync(async () =>
    {
        GroupCommit<Numbers> commit = await NewAsync();
        StorageFaults.Rule hold = _faults.Inject("state", "grain", StorageFault.Hold, times: 1);
        Task first = commit.ChangeAsync(s => s.With(0));
        await hold.Reached;
        Task[] others = [.. Enumerable.Range(1, 50).Select(i => commit.ChangeAsync(s => s.With(i)))];
        Assert.Empty(commit.State.Items);
        hold.Dispose();
        await Task.WhenAll([first, .. others]);
        Assert.Equal((2, 51), (_writes, commit.State.Items.Count));
    });

    [Fact]
    public Task State_is_visible_only_after_it_is_stored() => OnSchedulerAsync(async () =>
    {
        GroupCommit<Numbers> commit = await NewAsync();
        await commit.ChangeAsync(s => s.With(1));
        StorageFaults.Rule hold = _faults.Inject("state", "grain", StorageFault.Hold, times: 1);
        Task change = commit.ChangeAsync(s => s.With(2));
        await hold.Reached;
        Assert.Equal([1], commit.State.Items);
        hold.Dispose();
        await change;
        Assert.Equal([1, 2], commit.State.Items);
    });

    [Fact]
    public Task Refused_change_refuses_no_other() => OnSchedulerAsync(async () =>
    {
        GroupCommit<Numbers> commit = await NewAsync();
        Task refused = commit.ChangeAsync(_ => throw new GrainException("no", "no"));
        Task[] changes = [.. Enumerable.Range(0, 5).Select(i => commit.ChangeAsync(s => i == 3 ? throw new GrainException("no", "no") : s.With(i)))];
        Assert.Equal("no", (await Assert.ThrowsAsync<GrainException>(() => refused)).Code);
        for (int i = 0; i < 5; i++)
        {
            if (i == 3) await Assert.ThrowsAsync<GrainException>(() => changes[i]);
            else await changes[i];
        }

        Assert.Equal([0, 1, 2, 4], commit.State.Items);
    });

    [Theory]
    [InlineData(StorageFault.FailBefore)]
    [InlineData(StorageFault.LoseAnswer)]
    public Task Change_happens_once_when_writes_fail(object fault) => OnSchedulerAsync(async () =>
    {
        GroupCommit<Numbers> commit = await NewAsync();
        using (_faults.Inject("state", "grain", (StorageFault)fault, chance: 0.5))
            foreach (int i in Enumerable.Range(0, 30)) await commit.ChangeAsync(s => s.Items.Contains(i) ? s : s.With(i));
        Assert.Equal(Enumerable.Range(0, 30), commit.State.Items);
        Assert.Equal(Enumerable.Range(0, 30), (await NewAsync()).State.Items);
    });

    [Fact]
    public Task Two_activations_lose_no_change_of_each_other() => OnSchedulerAsync(async () =>
    {
        GroupCommit<Numbers> one = await NewAsync(), other = await NewAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? one : other).ChangeAsync(s => s.With(i))));
        Assert.Equal(Enumerable.Range(0, 200), (await NewAsync()).State.Items.Order());
    });

    [Fact]
    public Task Only_one_of_two_activations_ends_a_job() => OnSchedulerAsync(async () =>
    {
        for (int round = 0; round < 100; round++)
        {
            GroupCommit<Numbers> one = await NewAsync($"grain {round}"), other = await NewAsync($"grain {round}");
            int[] wins = await Task.WhenAll(EndAsync(one, 1), EndAsync(other, 2));
            Assert.Equal(1, wins.Sum());
        }

        static Task<int> EndAsync(GroupCommit<Numbers> commit, int winner) =>
            commit.ChangeAsync<int>(s => s.Items.Count == 0 ? (s.With(winner), 1) : (s, 0));
    });

    [Fact]
    public Task Outage_fails_readers_after_a_while_and_they_see_the_stored_state_afterwards() => OnSchedulerAsync(async () =>
    {
        GroupCommit<Numbers> commit = await NewAsync();
        StorageFaults.Rule answer = _faults.Inject("state", "grain", StorageFault.LoseAnswer, times: 1), outage = _faults.Inject("state", "grain", StorageFault.Outage);
        GrainException told = await Assert.ThrowsAsync<GrainException>(() => commit.ChangeAsync(s => s.Items.Contains(1) ? s : s.With(1)));
        Assert.True(told.IsUnavailable);
        Assert.Empty(commit.State.Items);
        await Assert.ThrowsAsync<GrainException>(commit.RefreshAsync);
        outage.Dispose();

        // No further change is made.
        await Until.HoldsAsync("the state is read again", () => commit.State.Items is [1]);
        answer.Dispose();
    });

    [Fact]
    public Task Cleared_state_is_empty_whatever_fails() => OnSchedulerAsync(async () =>
    {
        foreach (StorageFault fault in new[] { StorageFault.FailBefore, StorageFault.LoseAnswer })
        {
            GroupCommit<Numbers> commit = await NewAsync(), other = await NewAsync();
            await commit.ChangeAsync(s => s.With(1));
            await other.ChangeAsync(s => s.With(2));
            using (_faults.Inject("state", "grain", fault, times: 2)) await commit.ClearAsync();
            Assert.Empty(commit.State.Items);
            Assert.Equal(0, _memory.Count("state", ""));
            await commit.ChangeAsync(s => s.With(3));
            Assert.Equal([3], (await NewAsync()).State.Items);
            await commit.ClearAsync();
        }
    });

    /// <summary>Grains run on one thread at a time.</summary>
    private static Task OnSchedulerAsync(Func<Task> test) => Task.Factory.StartNew(
        test, CancellationToken.None, TaskCreationOptions.None, new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler).Unwrap();

    private async Task<GroupCommit<Numbers>> NewAsync(string key = "grain")
    {
        var state = new TestState(new FaultyStorage(_memory, _faults), GrainId.Create("test", key), () => _writes++);
        await state.ReadStateAsync();
        return new GroupCommit<Numbers>(state);
    }

    internal sealed record Numbers
    {
        public IReadOnlyList<int> Items { get; init; } = [];

        public Numbers With(int item) => new() { Items = [.. Items, item] };
    }

    private sealed class TestState(IGrainStorage storage, GrainId grain, Action onWrite) : IPersistentState<Numbers>
    {
        private readonly GrainState<Numbers> _state = new(new Numbers());

        public Numbers State
        {
            get => _state.State!;
            set => _state.State = value;
        }

        public string? Etag => _state.ETag;

        public bool RecordExists => _state.RecordExists;

        public async Task ReadStateAsync()
        {
            await Task.Yield();
            await storage.ReadStateAsync("state", grain, _state);
        }

        public async Task WriteStateAsync()
        {
            onWrite();
            await Task.Yield();
            await storage.WriteStateAsync("state", grain, _state);
        }

        public async Task ClearStateAsync()
        {
            await Task.Yield();
            await storage.ClearStateAsync("state", grain, _state);
        }
    }
}
