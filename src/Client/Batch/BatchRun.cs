using System.Collections.Concurrent;
using Vgpnn.Client.Api;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.Batch;

/// <summary>Makes the missing samples of a batch.</summary>
internal sealed class BatchRun(IBatchMaker maker, BatchDirectory directory, IReadOnlyList<BatchItem> items)
{
    private readonly ConcurrentQueue<(string Key, Exception Why)> _failed = new();

    private int Total => items.Sum(i => i.Samples);

    /// <returns>Number of samples that were made.</returns>
    /// <exception cref="RunInterruptedException">The user interrupted the batch; finished samples are kept.</exception>
    /// <exception cref="RemoteException">Some lines failed; all others are finished.</exception>
    public async Task<int> ExecuteAsync(CancellationToken cancellation)
    {
        int before = directory.Count;
        var work = items.Select(item => (Item: item, Missing: (int[])[.. Enumerable.Range(0, item.Samples).Where(i => !directory.Has(item, i))]))
            .Where(w => w.Missing.Length > 0).ToList();
        var options = new ParallelOptions { MaxDegreeOfParallelism = maker.AtOnce, CancellationToken = cancellation };
        try
        {
            await Parallel.ForEachAsync(work, options, async (w, stop) => await MakeAsync(w.Item, w.Missing, stop));
        }
        catch (Exception) when (cancellation.IsCancellationRequested)
        {
            throw new RunInterruptedException(
                $"interrupted; {directory.Count} of {HumanText.Count(Total, "sample")} finished", "run the same command again to continue");
        }

        directory.Finish();
        if (_failed.TryPeek(out (string Key, Exception Why) first))
        {
            throw new RemoteException(
                (first.Why as RemoteException)?.Code ?? (first.Why as VgpnnException)?.Code ?? "failed",
                $"{_failed.Count} of {HumanText.Count(items.Count, "line")} failed; the first, '{first.Key}': {first.Why.Message}",
                "failures.jsonl lists all of them; run the same command again to retry them");
        }

        return directory.Count - before;
    }

    private async Task MakeAsync(BatchItem item, int[] missing, CancellationToken stop)
    {
        try
        {
            await maker.MakeAsync(item, missing, directory, stop);
        }
        catch (Exception e) when (e is RemoteException { Status: not (401 or 403), Code: not ("server-unreachable" or "not-a-vgpnn-server") } or VgpnnException { Kind: not ErrorKind.Device })
        {
            // A line that fails does not stop the others.
            _failed.Enqueue((item.Key, e));
            directory.AddFailure(item, (e as RemoteException)?.Code ?? ((VgpnnException)e).Code, e.Message);
        }
    }
}
