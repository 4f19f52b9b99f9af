using System.Collections.Concurrent;
using FsCheck;
using FsCheck.Fluent;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Samples;
using Vgpnn.Grains.Tests.Support;
using Vgpnn.Testing;

namespace Vgpnn.Grains.Tests;

/// <summary>Tenants that make random calls in random order while any call or write may fail.</summary>
public class RandomLifeTests
{
    private static readonly string[] Clips = ["fish", "bird", "cat"];

    /// <summary>The calls of a tenant, and the faults.</summary>
    internal enum Action
    {
        Upload,
        Submit,
        Resubmit,
        Cancel,
        CancelSample,
        DeleteRequest,
        DeleteVideo,
        CrashWorker,
        LoseDispatcher,
        LoseTenant,
        LoseRequest,
        LoseVideo,
        LoseList,
        FailWrites,
        LoseAnswers,
        LoseReplies,
        Repair,
        Wait,
    }

    private static readonly Gen<Step> Steps =
        from action in Gen.Frequency(
            (4, Gen.Constant(Action.Upload)), (6, Gen.Constant(Action.Submit)), (2, Gen.Constant(Action.Resubmit)), (3, Gen.Constant(Action.Cancel)),
            (2, Gen.Constant(Action.CancelSample)), (4, Gen.Constant(Action.DeleteRequest)), (2, Gen.Constant(Action.DeleteVideo)),
            (1, Gen.Constant(Action.CrashWorker)), (1, Gen.Constant(Action.LoseDispatcher)), (1, Gen.Constant(Action.LoseTenant)), (1, Gen.Constant(Action.LoseRequest)),
            (1, Gen.Constant(Action.LoseVideo)), (1, Gen.Constant(Action.LoseList)), (1, Gen.Constant(Action.FailWrites)), (1, Gen.Constant(Action.LoseAnswers)),
            (1, Gen.Constant(Action.LoseReplies)), (2, Gen.Constant(Action.Repair)), (3, Gen.Constant(Action.Wait)))
        from choice in Gen.Choose(0, 999)
        from samples in Gen.Choose(1, 6)
        select new Step(action, choice, samples);

    [Fact]
    public void Any_sequence_of_calls_and_faults_leaves_a_state_that_agrees_and_nothing_after_its_deletion() =>
        Properties.Holds(Steps.ArrayOf(2).ArrayOf(16), steps => Task.Run(() => new Life().RunAsync(steps)).GetAwaiter().GetResult(), count: 12);

    /// <summary>A call or a fault.</summary>
    internal sealed record Step(Action Action, int Choice, int Samples);

    private sealed class Life
    {
        private readonly ConcurrentDictionary<string, int> _requests = new();
        private readonly List<IDisposable> _faults = [];
        private readonly List<TestWorker> _workers = [];
        private GrainCluster _cluster = null!;
        private TestTenant _tenant = null!;

        public async Task RunAsync(Step[][] steps)
        {
            _cluster = await GrainCluster.SharedAsync();
            _tenant = await _cluster.NewTenantAsync();
            foreach (int _ in Enumerable.Range(0, 2)) StartWorker();
            try
            {
                // Sometimes two calls at once.
                foreach (Step[] step in steps) await Task.WhenAll(step.Select(RunAsync));
                Repair();
                await CheckAsync();
                await DeleteAllAsync();
            }
            finally
            {
                Repair();
                foreach (TestWorker worker in _workers) worker.Crash();
            }
        }

        private async Task RunAsync(Step step)
        {
            string clip = Clips[step.Choice % Clips.Length];
            string request = _requests.Keys.Order(StringComparer.Ordinal).ElementAtOrDefault(step.Choice % Math.Max(1, _requests.Count)) ?? NewId.Make();
            switch (step.Action)
            {
                case Action.Upload:
                    await CallAsync(() => _tenant.StoreAsync(clip));
                    break;
                case Action.Submit:
                    await SubmitAsync(NewId.Make(), clip, step.Samples);
                    break;
                case Action.Resubmit:
                    if (_requests.TryGetValue(request, out int samples)) await SubmitAsync(request, clip, samples);
                    break;
                case Action.Cancel:
                    await CallAsync(() => _tenant.Request(request).Cancel());
                    break;
                case Action.CancelSample:
                    await CallAsync(() => _tenant.Request(request).CancelSample(step.Choice % step.Samples));
                    break;
                case Action.DeleteRequest:
                    await DeleteAsync(request);
                    break;
                case Action.DeleteVideo:
                    await CallAsync(() => _tenant.Video(TestTenant.VideoId(clip)).Delete());
                    break;
                case Action.CrashWorker:
                    _workers[^1].Crash();
                    StartWorker();
                    break;
                case Action.LoseDispatcher:
                    await _cluster.DeactivateAsync(_tenant.Dispatcher);
                    break;
                case Action.LoseTenant:
                    await _cluster.DeactivateAsync(_tenant.Grain);
                    break;
                case Action.LoseRequest:
                    await _cluster.DeactivateAsync(_tenant.Request(request));
                    break;
                case Action.LoseVideo:
                    await _cluster.DeactivateAsync(_tenant.Video(TestTenant.VideoId(clip)));
                    break;
                case Action.LoseList:
                    await _cluster.DeactivateAsync(_cluster.Grains.Catalog(_tenant.Id, CatalogKinds.Requests));
                    break;
                case Action.FailWrites:
                    AddFault(_cluster.StorageFaults.Inject(null, _tenant.Id, StorageFault.FailBefore, chance: 0.2));
                    break;
                case Action.LoseAnswers:
                    AddFault(_cluster.StorageFaults.Inject(null, _tenant.Id, StorageFault.LoseAnswer, chance: 0.2));
                    break;
                case Action.LoseReplies:
                    AddFault(_cluster.CallFaults.Inject(null, _tenant.Id, CallFault.LoseReply, chance: 0.05));
                    break;
                case Action.Repair:
                    Repair();
                    break;
                default:
                    await Task.Delay(step.Choice / 5);
                    break;
            }
        }

        private async Task SubmitAsync(string request, string clip, int samples)
        {
            string? refused = await CallAsync(() => _tenant.Request(request).Submit(_tenant.Draft(TestTenant.VideoId(clip), samples)));
            if (refused is null or "idempotency-conflict") _requests[request] = samples;
        }

        private async Task DeleteAsync(string request)
        {
            await CallAsync(() => _tenant.Request(request).Delete());
            _requests.TryRemove(request, out _);
        }

        private async Task CheckAsync()
        {
            foreach (string request in _requests.Keys)
            {
                // A submission may arrive after the deletion that it was meant to precede.
                if (await CallAsync(() => _tenant.Request(request).Get()) is not null) _requests.TryRemove(request, out _);
                else await _tenant.FinishedAsync(request);
            }

            await _tenant.AgreesAsync(tended: true);
            TenantStatus usage = await _tenant.Grain.Get();
            Assert.Equal((0, 0), (usage.Queued, usage.Running));
            IEnumerable<string> listed = (await _cluster.Grains.Catalog(_tenant.Id, CatalogKinds.Requests).List(new CatalogQuery())).Rows.Select(r => r.Row.Id);
            Assert.Subset(listed.ToHashSet(), _requests.Keys.ToHashSet());
        }

        private async Task DeleteAllAsync()
        {
            string[] requests = [.. (await _cluster.Grains.Catalog(_tenant.Id, CatalogKinds.Requests).List(new CatalogQuery())).Rows.Select(r => r.Row.Id)];
            await Task.WhenAll(
                [.. requests.Select(r => CallAsync(() => _tenant.Request(r).Delete())), .. Clips.Select(c => CallAsync(() => _tenant.Video(TestTenant.VideoId(c)).Delete()))]);
            await _tenant.AgreesAsync(tended: true);
            Assert.Equal(0, (await _tenant.Grain.Get()).BytesStored);
            await Until.HoldsAsync("no blob is left", async () =>
            {
                await _tenant.SweepAsync();
                return !_cluster.Blobs.Keys($"{_tenant.Id}/").Any();
            });
            Assert.Equal((0, 0), (_cluster.Storage.Count("request", _tenant.Id), _cluster.Storage.Count("sample", _tenant.Id)));
        }

        private void AddFault(IDisposable fault)
        {
            lock (_faults) _faults.Add(fault);
        }

        private void Repair()
        {
            lock (_faults)
            {
                foreach (IDisposable fault in _faults) fault.Dispose();
                _faults.Clear();
            }
        }

        private void StartWorker()
        {
            TestWorker worker = _cluster.StartWorker(_tenant.Backend, slots: 2, options: new TestWorkerOptions
            {
                Script = job => job.Index switch
                {
                    3 => _ => throw new GrainException("hopeless", "the sample cannot be made"),
                    4 => async fake =>
                    {
                        await fake.CheckpointAsync(3);
                        if (fake.Attempt == 1) throw new ReleasedException();
                        await fake.EndAsync();
                    }
                    ,
                    _ => null,
                },
            });
            lock (_workers) _workers.Add(worker);
        }

        /// <summary>Repeats a call until it is answered.</summary>
        /// <returns>The code of a refusal; <c>null</c>: it was not refused.</returns>
        private static async Task<string?> CallAsync(Func<Task> call)
        {
            for (int tries = 1; ; tries++)
            {
                try
                {
                    await call();
                    return null;
                }
                catch (GrainException e) when (!e.IsTransient)
                {
                    return e.Code;
                }
                catch (Exception e) when (e is GrainException or TimeoutException or OrleansException && tries < 20)
                {
                    await Task.Delay(20);
                }
            }
        }
    }
}
