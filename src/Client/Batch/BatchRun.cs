using System.Collections.Concurrent;
using Vgpnn.Client.Api;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.Batch;

/// <summary>Makes what is missing of a batch.</summary>
internal sealed class BatchRun(IBatchMaker maker, BatchDirectory directory, IReadOnlyList<BatchItem> items)
{
    private readonly ConcurrentQueue<(string Key, Exception Why)> _failed = new();

    private int Total => items.Sum(i => i.Samples);

    /// <returns>Samples made now.</returns>
    /// <exception cref="RunInterruptedException">The user stopped it; what is there stays.</exception>
    /// <exception cref="RemoteException">Lines failed; all others are there.</exception>
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
                $"interrupted; {directory.Count} of {HumanText.Count(Total, "sample")} are there", "the same command goes on where it stopped");
        }

        directory.Finish();
        if (_failed.TryPeek(out (string Key, Exception Why) first))
        {
            throw new RemoteException(
                (first.Why as RemoteException)?.Code ?? (first.Why as VgpnnException)?.Code ?? "failed",
                $"{_failed.Count} of {HumanText.Count(items.Count, "line")} failed; the first, '{first.Key}': {first.Why.Message}",
                "failures.jsonl names all of them; the same command tries them again");
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
            // One line that cannot be made is no reason not to make the others.
            _failed.Enqueue((item.Key, e));
            directory.AddFailure(item, (e as RemoteException)?.Code ?? ((VgpnnException)e).Code, e.Message);
        }
    }
}
