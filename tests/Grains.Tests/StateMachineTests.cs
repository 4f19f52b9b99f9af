using FsCheck.Fluent;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.Tests.Support;
using Vgpnn.Testing;

namespace Vgpnn.Grains.Tests;

/// <summary>
/// Turns in any order, of two tenants on three nodes that die and wake at any time: after every one of them the rules of the
/// state hold, and what is for ever stays.
/// </summary>
public class StateMachineTests
{
    [Fact]
    public void Whatever_order_turns_come_in_the_rules_of_the_state_hold() => Properties.Holds(
        (from step in Gen.Choose(0, 10)
         from choice in Gen.Choose(0, 99)
         select (step, choice)).ArrayOf(60),
        steps => RunAsync(steps).GetAwaiter().GetResult(),
        count: 12);

    private static async Task RunAsync((int Step, int Choice)[] steps)
    {
        await using var world = new World(await Bundle.NewAsync(Database.Sqlite));
        await world.StartAsync();
        foreach ((int step, int choice) in steps)
        {
            await world.StepAsync(step, choice);
            await world.HoldsAsync();
        }

        await world.FinishAsync();
    }

    private sealed class World(Bundle bundle) : IAsyncDisposable
    {
        private readonly List<string> _tenants = [];
        private readonly List<(string Tenant, string Request, int Samples)> _requests = [];
        private readonly Dictionary<GrainKey, SampleState> _ended = [];
        private readonly List<TestNode> _nodes = [];

        // Activations that a node believes are its own: some have been replaced in the meantime.
        private readonly List<(TestNode Node, Activation Activation)> _held = [];
        private readonly List<(TestNode Node, GrainKey Grain)> _admitted = [];
        private readonly Dictionary<string, string> _videos = [];

        public async Task StartAsync()
        {
            foreach (string name in (string[])["a", "b"])
            {
                string tenant = await bundle.TenantAsync(name, new TenantLimits { MaxRunning = 4, MaxQueued = 40, Weight = name == "a" ? 1 : 3 });
                _tenants.Add(tenant);
                _videos[tenant] = await bundle.VideoRowAsync(tenant);
            }

            for (int i = 0; i < 3; i++) _nodes.Add(bundle.Node($"node-{i}", slots: 3));
        }

        public async Task StepAsync(int step, int choice)
        {
            string tenant = _tenants[choice % 2];
            TestNode node = _nodes[choice % _nodes.Count];
            switch (step)
            {
                case 0:
                    try
                    {
                        int samples = 1 + (choice % 20);
                        _requests.Add((tenant, (await bundle.SubmitAsync(tenant, _videos[tenant], samples)).RequestId, samples));
                    }
                    catch (GrainException e) when (e.Code == "quota-queued")
                    {
                        // There is enough to do.
                    }

                    break;
                case 1 or 2:
                    if (await node.AdmitAsync() is { } admitted) _admitted.Add((node, admitted));
                    break;
                case 3:
                    // The scheduler starts a turn where it was admitted.
                    if (Take(_admitted, choice) is not { Node: not null } due) break;
                    if (await due.Node.Turns.BeginAsync(due.Grain, due.Node.Info.Id, due.Node.Capacity) is { } begun) _held.Add((due.Node, begun));
                    else due.Node.Capacity.Release(due.Grain);
                    break;
                case 4:
                    // The scheduler takes a node for dead, rightly or wrongly, and starts one of its turns elsewhere.
                    if (_held.Count == 0) break;
                    GrainKey lost = _held[choice % _held.Count].Activation.Grain;
                    if (_held.Any(h => h.Node == node && h.Activation.Grain == lost)) break;
                    if (await node.Turns.BeginAsync(lost, node.Info.Id, node.Capacity) is { } taken) _held.Add((node, taken));
                    else node.Capacity.Release(lost);
                    break;
                case 5:
                    await EndAsync(choice, (n, a) => LongTurns.HandBackAsync(a));
                    break;
                case 6:
                    await EndAsync(choice, (n, a) => LongTurns.ErrorAsync(a, "x", "x"));
                    await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE turns SET not_before = 0"));
                    break;
                case 7 or 8:
                    await EndAsync(choice, async (n, a) =>
                    {
                        BlobInfo blob = await bundle.Blobs.PutAsync(BlobKey.Written(a.Tenant, a.Grain, a.Epoch, "sample.mp4"), new MemoryStream([1]));
                        await SampleGrain.FinishAsync(a, blob, "0", "[]", TimeSpan.Zero, default);
                    });
                    break;
                case 9:
                    if (_requests.Count == 0) break;
                    (string owner, string request, int count) = _requests[choice % _requests.Count];
                    if (choice % 3 == 0) await bundle.Requests.CancelAsync(owner, request);
                    else await SampleGrain.CancelAsync(bundle.Store, owner, request, choice % count);
                    break;
                default:
                    // The process is gone, with all that it held, and another one takes its place and finds what is lost.
                    if (choice % 4 != 0) break;
                    _held.RemoveAll(h => h.Node == node);
                    _admitted.RemoveAll(h => h.Node == node);
                    TestNode next = bundle.Node($"node-{Guid.NewGuid():N}", slots: 3);
                    _nodes[_nodes.IndexOf(node)] = next;
                    await LoseAsync(node.Info.Id, next);
                    await node.DisposeAsync();
                    break;
            }
        }

        /// <summary>The state's rules; and a sample that has come to its end stays there.</summary>
        public async Task HoldsAsync()
        {
            await bundle.HoldsAsync();
            foreach ((string tenant, string request, int samples) in _requests)
            {
                RequestStatus status = await bundle.Requests.GetAsync(tenant, request);
                foreach (SampleStatus sample in await SampleGrain.ListAsync(bundle.Store, tenant, request, -1, 1000))
                {
                    GrainKey grain = GrainKey.Sample(request, sample.SampleIndex);
                    if (_ended.TryGetValue(grain, out SampleState before)) Assert.Equal(before, sample.State);
                    else if (sample.State is not (SampleState.Queued or SampleState.Running)) _ended.Add(grain, sample.State);
                }

                Assert.Equal(status.State == RequestState.Finished, status.Succeeded + status.Failed + status.Cancelled == samples);
            }
        }

        /// <summary>Whatever has happened, what is left can be brought to its end.</summary>
        public async Task FinishAsync()
        {
            TestNode last = bundle.Node("last", slots: 8);
            foreach (TestNode node in _nodes) await LoseAsync(node.Info.Id, last);
            await bundle.Store.RunAsync(state => state.ExecuteAsync("UPDATE turns SET not_before = 0"));
            while (await last.AdmitAsync() is { } grain)
            {
                Activation activation = (await last.Turns.BeginAsync(grain, last.Info.Id, last.Capacity))!;
                await LongTurns.FailAsync(activation, "x", "x");
                last.Capacity.Release(grain);
            }

            await HoldsAsync();
            foreach ((string tenant, string request, _) in _requests)
                Assert.Equal(RequestState.Finished, (await bundle.Requests.GetAsync(tenant, request)).State);
            await last.DisposeAsync();
        }

        public async ValueTask DisposeAsync()
        {
            foreach (TestNode node in _nodes) await node.DisposeAsync();
            await bundle.DisposeAsync();
        }

        private async Task LoseAsync(string gone, TestNode finder)
        {
            IReadOnlyList<string> grains = await bundle.Store.RunAsync(
                state => state.QueryAsync<string>("SELECT grain FROM turns WHERE node = @gone", new { gone }));
            foreach (string grain in grains)
            {
                Assert.True(GrainKey.TryParse(grain, out GrainKey key));
                await finder.Turns.RecoverAsync(key, gone, crashed: true);
            }
        }

        private async Task EndAsync(int choice, Func<TestNode, Activation, Task> end)
        {
            if (Take(_held, choice) is not { Node: not null } held) return;
            try
            {
                await end(held.Node, held.Activation);
            }
            catch (FencedException)
            {
                Assert.NotNull(await held.Activation.OutcomeAsync());
                await held.Node.Turns.SurvivedAsync(held.Activation);
            }

            held.Node.Capacity.Release(held.Activation.Grain);
        }

        private static T? Take<T>(List<T> list, int choice)
        {
            if (list.Count == 0) return default;
            T item = list[choice % list.Count];
            list.RemoveAt(choice % list.Count);
            return item;
        }
    }
}
