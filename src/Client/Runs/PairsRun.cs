using System.Diagnostics;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Runs;

/// <summary>
/// Makes the analogies of all pairs of clips in turn. Finished pairs are kept, so the same command continues an interrupted
/// run.
/// </summary>
/// <param name="clips">The clips.</param>
/// <param name="request">Creates the request of a pair.</param>
/// <param name="results">The output directory.</param>
/// <param name="output">The output settings.</param>
/// <param name="reporter">Receives every event.</param>
internal sealed class PairsRun(
    ClipSet clips, Func<ClipPair, RunRequest> request, PairsDirectory results, OutputRequest output, IRunReporter reporter)
{
    private readonly List<FinishedPair> _finished = [];
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <exception cref="RunInterruptedException">The run was cancelled; finished pairs are kept.</exception>
    /// <exception cref="VgpnnException">A pair cannot be made; earlier pairs are kept.</exception>
    public async Task ExecuteAsync(ulong seed, CancellationToken cancellation)
    {
        IReadOnlyList<ClipPair> pairs = clips.Pairs;
        int samples = 0;
        var progress = new PairsProgress(reporter, pairs.Count);
        try
        {
            foreach (ClipPair pair in pairs)
            {
                RunManifest manifest = await MakeAsync(pair, seed, progress, cancellation);
                samples += manifest.Samples.Count;
                _finished.Add(Finished(pair, manifest));
                Save(seed, _finished.Count == pairs.Count ? RunStatus.Complete : RunStatus.Running);
            }
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            if (_finished.Count > 0 || Directory.Exists(results.Path)) Save(seed, RunStatus.Interrupted);
            throw new RunInterruptedException(
                $"interrupted; {_finished.Count} of {HumanText.Count(pairs.Count, "pair")} finished", "run the same command again to continue");
        }
        catch (Exception)
        {
            if (_finished.Count > 0) Save(seed, RunStatus.Failed);
            throw;
        }

        reporter.Report(new DoneEvent(
            results.Path, results.ManifestPath, results.PagePath, samples, Math.Round(Stopwatch.GetElapsedTime(_start).TotalSeconds, 3), null));
    }

    private async Task<RunManifest> MakeAsync(ClipPair pair, ulong seed, PairsProgress progress, CancellationToken cancellation)
    {
        try
        {
            PreparedRun run = await PreparedRun.PrepareAsync(request(pair), progress, cancellation);
            if (!output.Overwrite && results.Finished(pair, run, output.SaveLevels) is { } there)
            {
                progress.Passed();
                return there;
            }

            // With the manifest, the next run recognises the directory and continues.
            if (!File.Exists(results.ManifestPath)) Save(seed, RunStatus.Running);
            await new SamplingRun(run, output with { Directory = results.In(pair) }, progress).ExecuteAsync(cancellation);
            progress.Made();
            return ManifestFile.Load(results.In(pair));
        }
        catch (VgpnnException e) when (e.Kind != ErrorKind.Usage)
        {
            throw new VgpnnException(e.Kind, e.Code, $"{pair.Name}: {e.Message}", e.Hint, e);
        }
    }

    private void Save(ulong seed, RunStatus status) =>
        results.Save(new PairsManifest(PairsManifest.CurrentSchema, ProgramName.Version, status, seed, clips.Names, [.. _finished]));

    private static FinishedPair Finished(ClipPair pair, RunManifest manifest)
    {
        (ManifestInput content, ManifestInput style) = (manifest.Inputs[0], manifest.Inputs[1]);
        return new FinishedPair(
            pair.Content, pair.Style, pair.Name, $"{pair.Name}/{manifest.Samples[0].Preview}", $"{pair.Name}/{content.Preview}",
            $"{pair.Name}/{style.Preview}", manifest.Output.FrameRate, manifest.Output.Size, content.Size, style.Size, manifest.Seconds);
    }
}
