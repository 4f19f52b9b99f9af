using Vgpnn.Contracts;
using Vgpnn.Silo.Api.Requests;
using Vgpnn.Synthesis.Options;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>A tenant of a cluster that generates samples from one clip.</summary>
internal sealed class TestTenant
{
    private readonly TestCluster _cluster;
    private readonly byte[] _clip;

    private TestTenant(TestCluster cluster, string id, ClusterApi api, byte[] clip, string video)
    {
        _cluster = cluster;
        Id = id;
        Api = api;
        _clip = clip;
        Video = video;
    }

    public string Id { get; }

    public ClusterApi Api { get; }

    /// <summary>The id of the clip.</summary>
    public string Video { get; }

    /// <summary>Uploads the tenant's clip.</summary>
    public static async Task<TestTenant> UploadAsync(TestCluster cluster, string id, ClusterApi api, byte[] clip) =>
        new(cluster, id, api, clip, await UploadAsync(cluster, api, clip, "clip.mp4"));

    /// <summary>The same tenant, whose state was moved to another cluster.</summary>
    public TestTenant On(TestCluster cluster) => new(cluster, Id, Api.On(cluster), _clip, Video);

    /// <summary>Uploads a file, and waits until it can be used.</summary>
    /// <returns>The video's id.</returns>
    public Task<string> UploadAsync(byte[] content, string name) => UploadAsync(_cluster, Api, content, name);

    /// <summary>The draft that <see cref="SubmitAsync(int, MethodOptions?, ulong)"/> submits.</summary>
    public RequestDraft Draft(int samples, MethodOptions? options = null, ulong seed = 7) => new()
    {
        Inputs = [new RequestInput(RequestInputRole.Input, Video)],
        Samples = samples,
        Seed = seed,
        Settings = OptionTable.Default.Write(new RunSettings { Method = options ?? Clips.Quick }),
    };

    /// <summary>Submits a request that takes a moment for each sample, unless the options say otherwise.</summary>
    public Task<Contracts.Request> SubmitAsync(int samples, MethodOptions? options = null, ulong seed = 7) =>
        SubmitAsync(Draft(samples, options, seed), Guid.NewGuid().ToString());

    public Task<Contracts.Request> SubmitAsync(RequestDraft draft, string idempotencyKey) =>
        Api.SendAsync<Contracts.Request>(HttpMethod.Post, "/v1/requests", draft, idempotencyKey);

    public Task<Contracts.Request> GetAsync(Contracts.Request request) => Api.GetAsync<Contracts.Request>(request.Links.Self);

    public Task<Sample> SampleAsync(Contracts.Request request, int index = 0) => Api.GetAsync<Sample>($"{request.Links.Samples}/{index}");

    public async Task<IReadOnlyList<Sample>> SamplesAsync(Contracts.Request request)
    {
        var samples = new List<Sample>();
        string? cursor = "";
        while (cursor is not null)
        {
            Page<Sample> page = await Api.GetAsync<Page<Sample>>($"{request.Links.Samples}?limit=100{(cursor.Length > 0 ? $"&cursor={Uri.EscapeDataString(cursor)}" : "")}");
            samples.AddRange(page.Items);
            cursor = page.Next;
        }

        return samples;
    }

    public Task<Contracts.Request> CancelAsync(Contracts.Request request) =>
        Api.SendAsync<Contracts.Request>(HttpMethod.Post, $"{request.Links.Self}/cancel");

    /// <summary>Waits until this number of samples of a request is made.</summary>
    public Task MadeAsync(Contracts.Request request, int count) =>
        _cluster.UntilAsync($"{count} samples are made", async () => (await GetAsync(request)).Samples.Succeeded >= count);

    /// <summary>Waits until no sample of a request is left to make.</summary>
    public async Task<Contracts.Request> EndedAsync(Contracts.Request request)
    {
        await _cluster.UntilAsync("the request has ended", async () =>
            (request = await GetAsync(request)).State is not (WorkState.Queued or WorkState.Running));
        return request;
    }

    /// <summary>Waits until a request has ended, and asserts that every sample has the same frames as on the command line.</summary>
    public async Task SucceedsAsync(params Contracts.Request[] requests)
    {
        foreach (Contracts.Request request in requests)
        {
            Contracts.Request ended = await EndedAsync(request);
            IReadOnlyList<Sample> samples = await SamplesAsync(ended);
            Assert.True(ended.Samples.Succeeded == ended.Samples.Total, $"{ended.Samples}: {string.Join("; ", samples.Select(s => $"{s.Index} {s.State} {s.Error}"))}\n{_cluster.Logs()}");
            Assert.Equal(Enumerable.Range(0, ended.Samples.Total), samples.Select(s => s.Index));
            MethodOptions options = OptionTable.Default.Read(ended.Settings, ended.Application.FromWire(), []).Method;
            Assert.Equal(await Clips.ExpectedAsync(_clip, options, ended.Seed, samples.Count), samples.Select(s => s.FramesSha256));
        }
    }

    /// <summary>Waits until a sample runs.</summary>
    /// <returns>The silo that runs it.</returns>
    public async Task<SiloProcess> RunsAsync(Contracts.Request request, int index = 0)
    {
        SiloProcess? silo = null;
        await _cluster.UntilAsync($"sample {index} runs", () =>
            Task.FromResult((silo = _cluster.Attempts(request, index) is [.., { Outcome: null, Silo: { HasExited: false, IsFrozen: false } runner }] ? runner : null) is not null));
        return silo!;
    }

    /// <summary>Waits until a level of a sample is done, and stored where checkpoints are written after every level.</summary>
    /// <returns>The silo that runs it.</returns>
    public async Task<SiloProcess> AdvancesAsync(Contracts.Request request, int index = 0)
    {
        await _cluster.UntilAsync($"a level of sample {index} is done", async () => (await SampleAsync(request, index)).Fraction > 0);
        return await RunsAsync(request, index);
    }

    private static async Task<string> UploadAsync(TestCluster cluster, ClusterApi api, byte[] content, string name)
    {
        Video video = await api.SendAsync<Video>(HttpMethod.Post, $"/v1/videos?name={name}", content);
        await cluster.UntilAsync("the video is ready", async () =>
        {
            video = await api.GetAsync<Video>(video.Links.Self);
            Assert.True(video.State != VideoState.Failed, video.Error?.Message);
            return video.State == VideoState.Ready;
        });
        return video.Id;
    }
}
