using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Contracts;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Api;

/// <summary>Uploads inputs to a server and submits requests.</summary>
internal sealed class Submission(ApiClient api, IRunReporter reporter)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Uploads a file and waits until the server has ingested it.</summary>
    /// <returns>The video's id.</returns>
    /// <exception cref="RemoteException">The server rejects the file.</exception>
    /// <exception cref="VgpnnException">Kind Input: the file does not exist, or is a directory.</exception>
    public async Task<string> UploadAsync(string path, CancellationToken cancellation)
    {
        if (Directory.Exists(path))
        {
            throw new VgpnnException(
                ErrorKind.Input, "directory-not-sent", $"{HumanText.OneLine(path)} is a directory, but a server accepts only files",
                "convert the frames to a video first: ffmpeg -framerate 10 -i %05d.png -c:v ffv1 clip.mkv");
        }

        string name = HumanText.OneLine(ManifestMaker.NameOf(path));
        reporter.Stage($"uploading {name}");
        Video video;
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
            video = await api.UploadAsync(file, name, cancellation);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VgpnnException(ErrorKind.Input, "input-missing", $"{HumanText.OneLine(path)} does not exist", "check the path", e);
        }

        reporter.Stage($"waiting for the server to ingest {name}");
        while (video.State == VideoState.Ingesting)
        {
            await Task.Delay(Pause, cancellation);
            video = await api.GetVideoAsync(video.Id, cancellation);
        }

        return video.Error is { } error ? throw new RemoteException(error.Code, error.Message) { Status = 422 } : video.Id;
    }

    /// <summary>Uploads all inputs of a run and submits it.</summary>
    public async Task<Request> SubmitAsync(IReadOnlyList<InputPath> inputs, RunSettings settings, int samples, ulong? seed, CancellationToken cancellation)
    {
        var uploaded = new List<Contracts.RequestInput>();
        foreach (InputPath path in inputs) uploaded.Add(new Contracts.RequestInput(path.Role.ToWire(), await UploadAsync(path.Path, cancellation)));
        var draft = new RequestDraft
        {
            Application = settings.Method.Application.ToWire(),
            Inputs = uploaded,
            Samples = samples,
            Seed = seed,
            Settings = OptionTable.Default.Write(settings),
        };
        return await api.SubmitAsync(draft, Guid.NewGuid().ToString("N"), cancellation);
    }
}
