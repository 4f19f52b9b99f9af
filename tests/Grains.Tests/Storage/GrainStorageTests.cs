using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;
using Vgpnn.Grains.Storage;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests.Storage;

public class GrainStorageTests
{
    private const int Writers = 8;

    public enum Phase
    {
        NotStarted,
        InProgress,
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Concurrent_writers_never_lose_an_update(Database database)
    {
        await using StorageHost host = await StorageHost.StartAsync(database);
        const int each = 25;
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (int done = 0; done < each; done += await TryIncrementAsync(host.Storage) ? 1 : 0)
            {
            }
        })));
        Assert.Equal(Writers * each, await CountAsync(host.Storage, "acme/1"));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Only_one_of_several_first_writes_succeeds(Database database)
    {
        await using StorageHost host = await StorageHost.StartAsync(database);
        for (int round = 0; round < 10; round++)
        {
            bool[] written = await Task.WhenAll(Enumerable.Range(0, Writers).Select(i => Task.Run(
                () => TryWriteAsync(host.Storage, $"acme/{round}", new GrainState<CounterState>(new CounterState { Count = i })))));
            Assert.Single(written, w => w);
        }
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Write_with_an_older_version_is_refused_after_a_clear(Database database)
    {
        await using StorageHost host = await StorageHost.StartAsync(database);
        Assert.True(await TryWriteAsync(host.Storage, "acme/1", new GrainState<CounterState>(new CounterState { Count = 1 })));
        GrainState<CounterState> current = await ReadAsync(host.Storage, "acme/1");
        GrainState<CounterState> stale = await ReadAsync(host.Storage, "acme/1");

        await host.Storage.ClearStateAsync("state", Id("acme/1"), current);

        Assert.False(await TryWriteAsync(host.Storage, "acme/1", stale));
        await Assert.ThrowsAsync<InconsistentStateException>(() => host.Storage.ClearStateAsync("state", Id("acme/1"), stale));
        Assert.False((await ReadAsync(host.Storage, "acme/1")).RecordExists);
        Assert.True(await TryWriteAsync(host.Storage, "acme/1", current));
    }

    [Theory]
    [InlineData(Database.Sqlite, "cafe", "0cafe")]
    [InlineData(Database.Sqlite, "cafe", "CAFE")]
    [InlineData(Database.Sqlite, "a+b", "0a+b")]
    [InlineData(Database.Postgres, "cafe", "0cafe")]
    [InlineData(Database.Postgres, "0123456789abcdef0123456789abcdef", "0123456789ABCDEF0123456789ABCDEF")]
    public async Task Keys_of_hexadecimal_digits_stay_distinct(Database database, string first, string second)
    {
        await using StorageHost host = await StorageHost.StartAsync(database);
        Assert.True(await TryWriteAsync(host.Storage, first, new GrainState<CounterState>(new CounterState { Count = 1 })));
        Assert.True(await TryWriteAsync(host.Storage, second, new GrainState<CounterState>(new CounterState { Count = 2 })));
        Assert.Equal(1, await CountAsync(host.Storage, first));
        Assert.Equal(2, await CountAsync(host.Storage, second));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Grains_of_different_types_with_equal_keys_stay_distinct(Database database)
    {
        await using StorageHost host = await StorageHost.StartAsync(database);
        Assert.True(await TryWriteAsync(host.Storage, "acme/1", new GrainState<CounterState>(new CounterState { Count = 1 })));
        var other = new GrainState<CounterState>(new CounterState());
        await host.Storage.ReadStateAsync("state", GrainId.Create("other", "acme/1"), other);
        Assert.False(other.RecordExists);
    }

    [AzureFact]
    public Task Services_in_one_Azure_account_keep_their_states_apart() => ServicesAsync(async () =>
        StorageSetting.Parse($"azure:{(await AzuriteServer.SharedAsync()).ConnectionString}", "unused"));

    [Fact]
    public Task Services_in_one_database_keep_their_states_apart() => ServicesAsync(() => StorageHost.NewDatabaseAsync(Database.Postgres));

    private static async Task ServicesAsync(Func<Task<StorageSetting>> make)
    {
        StorageSetting setting = await make();
        string first = AzuriteServer.NewName(), second = AzuriteServer.NewName();
        await using StorageHost one = await StorageHost.StartAsync(setting, first), other = await StorageHost.StartAsync(setting, second);
        Assert.True(await TryWriteAsync(one.Storage, "acme/1", new GrainState<CounterState>(new CounterState { Count = 1 })));
        Assert.False((await ReadAsync(other.Storage, "acme/1")).RecordExists);
        Assert.True(await TryWriteAsync(other.Storage, "acme/1", new GrainState<CounterState>(new CounterState { Count = 2 })));
        Assert.Equal(1, await CountAsync(one.Storage, "acme/1"));
    }

    [Fact]
    public async Task Default_provider_is_also_found_by_its_name()
    {
        await using StorageHost host = await StorageHost.StartAsync(Database.Sqlite);
        Assert.Same(host.Storage, host.Services.GetRequiredKeyedService<IGrainStorage>("Default"));
    }

    private static GrainId Id(string key) => GrainId.Create("counter", key);

    private static async Task<GrainState<CounterState>> ReadAsync(IGrainStorage storage, string key)
    {
        var state = new GrainState<CounterState>(new CounterState());
        await storage.ReadStateAsync("state", Id(key), state);
        return state;
    }

    private static async Task<int> CountAsync(IGrainStorage storage, string key) => (await ReadAsync(storage, key)).State!.Count;

    private static async Task<bool> TryIncrementAsync(IGrainStorage storage)
    {
        GrainState<CounterState> state = await ReadAsync(storage, "acme/1");
        state.State!.Count++;
        return await TryWriteAsync(storage, "acme/1", state);
    }

    private static async Task<bool> TryWriteAsync(IGrainStorage storage, string key, GrainState<CounterState> state)
    {
        try
        {
            await storage.WriteStateAsync("state", Id(key), state);
            return true;
        }
        catch (InconsistentStateException)
        {
            return false;
        }
    }

    public sealed class CounterState
    {
        public int Count { get; set; }

        public Phase Phase { get; set; }
    }
}
