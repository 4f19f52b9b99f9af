using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Vgpnn.Client.Api;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;

namespace Vgpnn.Client.Batch;

/// <summary>
/// Makes a batch on a server, several lines at a time. Each line has its own idempotency key, so that a line which was submitted
/// before an interruption is found again instead of submitted twice.
/// </summary>
/// <param name="api">The server.</param>
/// <param name="atOnce">Number of lines in flight.</param>
/// <param name="delete">Whether requests are deleted after their samples are downloaded.</param>
/// <param name="reporter">Receives the progress.</param>
internal sealed class RemoteMaker(ApiClient api, int atOnce, bool delete, IRunReporter reporter) : IBatchMaker
{
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(200), LongestPause = TimeSpan.FromSeconds(2), Patience = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _videos = new();

    public int AtOnce => atOnce;

    public void Dispose() => api.Dispose();

    public async Task MakeAsync(BatchItem item, IReadOnlyList<int> missing, BatchDirectory directory, CancellationToken cancellation)
    {
        var inputs = new List<RequestInput>();
        foreach (CommandLine.InputPath input in item.Input.Inputs) inputs.Add(new RequestInput(input.Role.ToWire(), await UploadAsync(input.Path, cancellation)));
        var draft = new RequestDraft
        {
            Application = item.Options.Application.ToWire(),
            Inputs = inputs,
            Samples = item.Samples,
            Seed = item.Seed,
            Settings = item.ToWire(),
        };
        string key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{directory.Id} {item.Key} {item.Line} {directory.FailuresOf(item)}")));
        Request request = await PatientlyAsync(() => api.SubmitAsync(draft, key, cancellation), cancellation);
        request = await EndedAsync(request, directory, cancellation);
        Failure? failure = null;
        foreach (Sample sample in await PatientlyAsync(() => api.ListSamplesAsync(request.Id, cancellation), cancellation))
        {
            failure ??= sample.Error;
            if (sample.Links.Video is not { } video || !missing.Contains(sample.Index)) continue;
            string path = directory.VideoPath(item.SampleKey(sample.Index));
            await PatientlyAsync(
                async () =>
                {
                    await api.DownloadAsync(video, path, cancellation);
                    return true;
                },
                cancellation);
            directory.Add(LocalMaker.SampleOf(item, sample.Index, sample.FramesSha256!, sample.Seconds ?? 0));
        }

        if (failure is not null) throw new RemoteException(failure.Code, failure.Message);
        if (request.Samples.Cancelled > 0) throw new RemoteException("cancelled", "the request was cancelled on the server");
        if (delete) await PatientlyAsync(() => DeleteAsync(request.Id, cancellation), cancellation);
    }

    private async Task<bool> DeleteAsync(string request, CancellationToken cancellation)
    {
        await api.DeleteRequestAsync(request, cancellation);
        return true;
    }

    // Many lines often share a few clips, which are uploaded once.
    private async Task<string> UploadAsync(string path, CancellationToken cancellation)
    {
        Lazy<Task<string>> upload = _videos.GetOrAdd(
            path, p => new Lazy<Task<string>>(() => PatientlyAsync(() => new Submission(api, reporter).UploadAsync(p, cancellation), cancellation)));
        return await upload.Value;
    }

    private async Task<Request> EndedAsync(Request request, BatchDirectory directory, CancellationToken cancellation)
    {
        TimeSpan pause = FirstLook;
        while (request.State is WorkState.Queued or WorkState.Running)
        {
            reporter.Stage($"{directory.Count} samples finished");
            await Task.Delay(pause, cancellation);
            if (pause < LongestPause) pause *= 1.25;
            request = await PatientlyAsync(() => api.GetRequestAsync(request.Id, cancellation), cancellation);
        }

        return request;
    }

    // Retries while the server is full, restarting or unreachable, because a batch may take hours.
    private static async Task<T> PatientlyAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        DateTime start = DateTime.UtcNow;
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when ((e is RemoteException { IsTransient: true } || (e is IOException or HttpRequestException && !cancellation.IsCancellationRequested))
                && DateTime.UtcNow - start < Patience)
            {
                TimeSpan pause = (e as RemoteException)?.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(10, 0.25 * Math.Pow(2, tries)));
                await Task.Delay(pause * (0.75 + (Random.Shared.NextDouble() / 2)), cancellation);
            }
        }
    }
}
