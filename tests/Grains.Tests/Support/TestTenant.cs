using System.Security.Cryptography;
using System.Text;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Maintenance;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Grains.Tests.Support;

/// <summary>A tenant of a test, with a backend of its own, so that no other test's worker takes its samples.</summary>
internal sealed class TestTenant(GrainCluster cluster, string id)
{
    private static readonly string Settings = new RequestSettings { Options = new MethodOptions() }.Write();

    private string? _video;

    public string Id => id;

    /// <summary>The backend of its requests.</summary>
    public string Backend { get; init; } = GrainCluster.NewName("b");

    public ITenantGrain Grain => cluster.Grains.Tenant(id);

    public IDispatcherGrain Dispatcher => cluster.Grains.Dispatcher(Backend);

    public IRequestGrain Request(string request) => cluster.Grains.Request(id, request);

    public ISampleGrain Sample(string request, int index) => cluster.Grains.Sample(id, request, index);

    public IVideoGrain Video(string video) => cluster.Grains.Video(id, video);

    /// <summary>The id of a video with this content.</summary>
    public static string VideoId(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..32];

    /// <summary>Stores a file and enters it as a video.</summary>
    public async Task<StoredVideo> StoreAsync(string content, int bytes = 5_000)
    {
        BlobInfo file = await cluster.Blobs.PutAsync(BlobKeys.Upload(id, NewId.Make()), new MemoryStream(new byte[bytes]));
        var blob = new StoredBlob(file.Key, file.Bytes, file.Sha256);
        bool taken = false;
        try
        {
            StoredVideo stored = await Video(VideoId(content)).Store(new NewVideo($"{content}.mp4", blob));
            taken = stored.Taken;
            return stored;
        }
        catch (Exception e) when (e is not GrainException { IsTransient: false })
        {
            // The video may have it.
            taken = true;
            throw;
        }
        finally
        {
            if (!taken) await cluster.Blobs.DeleteAsync(file.Key);
        }
    }

    /// <summary>Uploads a video and waits until it can be used.</summary>
    public async Task<string> UploadAsync(string content = "fish")
    {
        await StoreAsync(content);
        string video = VideoId(content);
        await Until.HoldsAsync($"video {video} is ready", async () => (await Video(video).Get()).State == VideoState.Ready);
        return video;
    }

    /// <summary>A request for samples of a video.</summary>
    public NewRequest Draft(string video, int samples = 1, string? webhook = null, string? settings = null, ulong? seed = 7, long memory = 1 << 20, double cost = 1) => new()
    {
        Inputs = [new RequestInput(InputRole.Input, video)],
        Settings = settings ?? Settings,
        Plan = new RequestPlan { Backend = Backend, Memory = memory, Cost = cost, LevelKey = video, Levels = 4, Frames = 8, Height = 32, Width = 48 },
        Samples = samples,
        Seed = seed,
        Webhook = webhook,
    };

    /// <summary>Submits a request for samples of the tenant's video, which is uploaded first.</summary>
    public async Task<string> SubmitAsync(int samples = 1, string? webhook = null, string? request = null, long memory = 1 << 20, double cost = 1)
    {
        _video ??= await UploadAsync();
        request ??= NewId.Make();
        await Request(request).Submit(Draft(_video, samples, webhook, memory: memory, cost: cost));
        return request;
    }

    /// <summary>Waits until all samples of a request are over.</summary>
    public async Task<RequestStatus> FinishedAsync(string request)
    {
        RequestStatus status = null!;
        await Until.HoldsAsync(
            $"request {request} is finished",
            async () =>
            {
                status = await Request(request).Get();
                return status.IsFinished;
            },
            async () => $"{status}\n{string.Join('\n', await Request(request).ListSamples(-1, 100))}\n{await DescribeQueueAsync()}");
        return status;
    }

    /// <summary>Waits until a sample is in a state.</summary>
    public async Task<SampleStatus> SampleAsync(string request, int index, SampleState state)
    {
        SampleStatus status = null!;
        await Until.HoldsAsync(
            $"sample {request}/{index} is {state}",
            async () =>
            {
                status = await Request(request).GetSample(index);
                return status.State == state;
            },
            async () => $"{status}\n{await DescribeQueueAsync()}");
        return status;
    }

    /// <summary>Waits until all effects of the tenant's requests and videos are done, and checks the state.</summary>
    /// <param name="tended">Whether maintenance runs, which finds lost effects.</param>
    public async Task AgreesAsync(bool tended = false)
    {
        await QuietAsync(tended);
        IReadOnlyList<string> problems = [];
        await Until.HoldsAsync(
            "the stored state agrees",
            async () =>
            {
                try
                {
                    // A blob that was written by a job just stopped has no name yet.
                    await SweepAsync();
                    problems = await cluster.CheckAsync(id);
                }
                catch (TimeoutException e)
                {
                    problems = [e.Message];
                }

                return problems.Count == 0;
            },
            () => Task.FromResult(string.Join('\n', problems)));
    }

    /// <summary>Sweeps blobs that no state names, as maintenance does once they are old enough.</summary>
    public Task SweepAsync()
    {
        cluster.Blobs.Age($"{id}/", TimeSpan.FromDays(2));
        return new BlobSweeper(cluster.Grains, cluster.Blobs.Only($"{id}/")).RunAsync(CancellationToken.None);
    }

    /// <summary>Waits until nothing of the tenant is active or being deleted.</summary>
    /// <param name="tended">Whether maintenance runs, which finds lost effects.</param>
    public async Task QuietAsync(bool tended = false)
    {
        TenantExamination state = null!;
        await Until.HoldsAsync(
            "nothing of the tenant is active",
            async () =>
            {
                if (tended) await TryTendAsync();
                state = await Grain.Examine();
                return state.Active.Count + state.Deleting.Count == 0;
            },
            async () => $"active: {string.Join(' ', state.Active)}; deleting: {string.Join(' ', state.Deleting)}\n{await DescribeQueueAsync()}\n{string.Join('\n', cluster.Log.Where(l => l.Contains(id, StringComparison.Ordinal)).TakeLast(5))}");
    }

    private async Task TryTendAsync()
    {
        try
        {
            await Grain.Tend();
        }
        catch (Exception e) when (e is TimeoutException or GrainException or OrleansException)
        {
            // As with maintenance, another time.
        }
    }

    private async Task<string> DescribeQueueAsync()
    {
        DispatcherStatus status = await Dispatcher.Status();
        return $"{string.Join('\n', status.Workers.Select(w => $"worker {w.Report.Worker}, silent for {w.Silent} ms, runs {string.Join(' ', w.Report.Running.Select(r => r.Job.What))}"))}\n"
            + string.Join('\n', status.Queues.Select(q => $"queue of {q.Tenant}: {q.Waiting} wait, {q.Running} run"));
    }
}
