using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Rendering;

namespace Vgpnn.Api.Tests;

public sealed class RenderQueueTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Rendering_of_another_tenant_starts_at_once_while_forty_of_one_tenant_wait()
    {
        var queue = new RenderQueue(2, 64, LongEnough);
        var hold = new TaskCompletionSource();
        int started = 0;
        Task[] first = [.. Enumerable.Range(0, 40).Select(_ => queue.RunAsync("first", () => HoldAsync(), default))];

        Assert.Equal(7, await queue.RunAsync("second", () => Task.FromResult(7), default).WaitAsync(LongEnough));

        Assert.InRange(Volatile.Read(ref started), 0, 1);
        hold.SetResult();
        await Task.WhenAll(first);
        Assert.Equal(40, started);

        async Task<int> HoldAsync()
        {
            Interlocked.Increment(ref started);
            await hold.Task;
            return 0;
        }
    }

    [Fact]
    public async Task Renderings_of_waiting_tenants_alternate()
    {
        var queue = new RenderQueue(1, 64, LongEnough);
        var hold = new TaskCompletionSource();
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        Task running = queue.RunAsync("first", async () => { await hold.Task; return 0; }, default);
        Task[] waiting = [.. "first first first second second third".Split(' ').Select(t => queue.RunAsync(t, () => Run(t), default))];
        hold.SetResult();
        await Task.WhenAll([running, .. waiting]);
        Assert.Equal(["first", "second", "third", "first", "second", "first"], order);

        Task<int> Run(string tenant)
        {
            order.Enqueue(tenant);
            return Task.FromResult(0);
        }
    }

    [Fact]
    public async Task Full_queue_of_one_tenant_is_busy_for_that_tenant_only()
    {
        var queue = new RenderQueue(2, 3, LongEnough);
        var hold = new TaskCompletionSource();
        Task[] first = [.. Enumerable.Range(0, 4).Select(_ => queue.RunAsync("first", async () => { await hold.Task; return 0; }, default))];
        ApiException busy = await Assert.ThrowsAsync<ApiException>(() => queue.RunAsync("first", () => Task.FromResult(0), default));
        Assert.Equal((503, "busy"), (busy.Status, busy.Code));
        await queue.RunAsync("second", () => Task.FromResult(0), default);
        hold.SetResult();
        await Task.WhenAll(first);
    }

    [Fact]
    public async Task Renderings_that_wait_too_long_or_are_cancelled_leave_the_queue()
    {
        var queue = new RenderQueue(2, 1, TimeSpan.FromMilliseconds(50));
        var hold = new TaskCompletionSource();
        Task running = queue.RunAsync("first", async () => { await hold.Task; return 0; }, default);
        Assert.Equal("busy", (await Assert.ThrowsAsync<ApiException>(() => queue.RunAsync("first", () => Task.FromResult(0), default))).Code);
        using var cancellation = new CancellationTokenSource();
        Task<int> cancelled = queue.RunAsync("first", () => Task.FromResult(0), cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => cancelled);

        // Both slots are free again.
        hold.SetResult();
        await running;
        Assert.Equal(3, await queue.RunAsync("first", () => Task.FromResult(3), default));
    }
}
