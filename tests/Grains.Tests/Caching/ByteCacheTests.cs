using Vgpnn.Grains.Caching;

namespace Vgpnn.Grains.Tests.Caching;

public sealed class ByteCacheTests
{
    [Fact]
    public void Random_calls_never_exceed_the_limit_and_keep_the_most_recently_used_values()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            long limit = random.Next(1, 100);
            var released = new List<Value>();
            var cache = new ByteCache<Value>(limit, v => v.Bytes, released.Add);
            var model = new List<(string Key, Value Value)>();
            var expected = new List<Value>();
            for (int step = 0; step < 200; step++)
            {
                string key = random.Next(8).ToString();
                int at = model.FindIndex(m => m.Key == key);
                switch (random.Next(4))
                {
                    case 0:
                        Assert.Equal(at >= 0, cache.TryGet(key, out Value? found));
                        if (at < 0) break;
                        Assert.Same(model[at].Value, found);
                        model.Insert(0, model[at]);
                        model.RemoveAt(at + 1);
                        break;
                    case 1:
                        cache.Remove(key);
                        if (at >= 0) model.RemoveAt(at);
                        break;
                    default:
                        var value = new Value(random.Next(0, 60));
                        if (at >= 0)
                        {
                            expected.Add(model[at].Value);
                            model.RemoveAt(at);
                        }

                        if (value.Bytes > limit) expected.Add(value);
                        else model.Insert(0, (key, value));
                        while (model.Sum(m => m.Value.Bytes) > limit)
                        {
                            expected.Add(model[^1].Value);
                            model.RemoveAt(model.Count - 1);
                        }

                        cache.Add(key, value);
                        break;
                }

                Assert.Equal(model.Select(m => m.Key), cache.Keys);
                Assert.Equal(model.Sum(m => m.Value.Bytes), cache.Bytes);
                Assert.InRange(cache.Bytes, 0, limit);
                Assert.Equal(expected.Count, released.Count);
            }

            Assert.Equal(expected.ToHashSet(), released.ToHashSet());
        }
    }

    [Fact]
    public async Task Concurrent_callers_share_one_computation_per_key()
    {
        var cache = new ByteCache<Value>(100, v => v.Bytes);
        var go = new TaskCompletionSource();
        int computed = 0;
        Task<Value>[] callers = [.. Enumerable.Range(0, 50).Select(i => Task.Run(() => cache.GetAsync($"{i % 5}", ComputeAsync, default)))];
        go.SetResult();
        Value[] values = await Task.WhenAll(callers);
        Assert.Equal(5, computed);
        Assert.Equal(5, values.Distinct().Count());
        Assert.Same(values[0], await cache.GetAsync("0", ComputeAsync, default));

        async Task<Value> ComputeAsync(CancellationToken stop)
        {
            Interlocked.Increment(ref computed);
            await go.Task;
            return new Value(1);
        }
    }

    [Fact]
    public async Task Failed_computations_are_not_kept()
    {
        var cache = new ByteCache<Value>(100, v => v.Bytes);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cache.GetAsync("a", _ => throw new InvalidOperationException("failed"), default));
        Assert.Empty(cache.Keys);
        var value = new Value(1);
        Assert.Same(value, await cache.GetAsync("a", _ => Task.FromResult(value), default));
    }

    [Fact]
    public async Task Computation_is_cancelled_with_its_last_caller_only()
    {
        var cache = new ByteCache<Value>(100, v => v.Bytes);
        var stopped = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        Task a = cache.GetAsync("a", ComputeAsync, first.Token), b = cache.GetAsync("a", ComputeAsync, second.Token);
        await started.Task;
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => a);
        Assert.False(stopped.Task.IsCompleted);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => b);
        await stopped.Task;
        var value = new Value(1);
        Assert.Same(value, await cache.GetAsync("a", _ => Task.FromResult(value), default));

        async Task<Value> ComputeAsync(CancellationToken stop)
        {
            started.TrySetResult();
            using CancellationTokenRegistration registration = stop.Register(() => stopped.TrySetResult());
            await Task.Delay(Timeout.Infinite, stop);
            return new Value(1);
        }
    }

    [Fact]
    public void Pinned_values_are_released_after_their_last_pin()
    {
        var released = new List<Value>();
        var cache = new ByteCache<Value>(10, v => v.Bytes, released.Add);
        var value = new Value(10);
        cache.Add("a", value);
        using IDisposable one = cache.Pin("a")!, two = cache.Pin("a")!;
        cache.Add("b", new Value(10));
        Assert.Equal(["b"], cache.Keys);
        Assert.Null(cache.Pin("a"));
        one.Dispose();
        one.Dispose();
        Assert.Empty(released);
        two.Dispose();
        Assert.Equal([value], released);
    }

    [Fact]
    public void Values_above_the_limit_are_not_kept_and_evict_nothing()
    {
        var released = new List<Value>();
        var cache = new ByteCache<Value>(10, v => v.Bytes, released.Add);
        cache.Add("a", new Value(10));
        var large = new Value(11);
        cache.Add("b", large);
        Assert.Equal(["a"], cache.Keys);
        Assert.Equal([large], released);
    }

    private sealed class Value(long bytes)
    {
        public long Bytes { get; } = bytes;
    }
}
