using Vgpnn.Kernels.Threading;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;

namespace Vgpnn.Grains.Samples;

/// <summary>
/// Samples of a request that a device makes together. Each is a job of its own, with its own attempt, telemetry and result; they meet
/// here to compute. A job that has nothing to compute, or that resumes from a checkpoint, leaves; the last one to arrive or leave begins.
/// One that is stopped or fails on the way does not disturb the others.
/// </summary>
/// <param name="jobs">Jobs that will arrive or leave, at least 1.</param>
public sealed class SampleBatch(int jobs) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Member> _members = [];
    private readonly CancellationTokenSource _stop = new();
    private int _expected = jobs;
    private Action? _begin;

    /// <summary>Notes that a job does not take part.</summary>
    public void Leave()
    {
        lock (_lock) _expected--;
        BeginIfComplete();
    }

    /// <summary>Takes part, and computes the sample when all others have arrived.</summary>
    /// <param name="sampler">Makes the samples; equal for all.</param>
    /// <param name="seed">The seed of the request.</param>
    /// <param name="index">The sample.</param>
    /// <param name="threads">Threads of the processor that help the device.</param>
    /// <param name="observe">Told every event of the sample; an exception from it takes the sample out of the batch.</param>
    /// <param name="stop">Takes the sample out of the batch.</param>
    public async Task<Clip> JoinAsync(Sampler sampler, ulong seed, int index, int threads, Action<SynthesisEvent> observe, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(sampler);
        var member = new Member(index, observe);
        lock (_lock)
        {
            _members.Add(member);
            _begin = () => _ = ComputeThread.RunAsync(() => Compute(sampler, seed, threads));
        }

        using CancellationTokenRegistration stopped = stop.Register(() => Drop(member, new OperationCanceledException(stop)));
        BeginIfComplete();
        return await member.Clip.Task;
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private void BeginIfComplete()
    {
        Action? begin = null;
        lock (_lock)
        {
            if (_members.Count == _expected) (begin, _begin) = (_begin, null);
        }

        begin?.Invoke();
    }

    // Batches that do not fit the device after all are made in parts.
    private bool Compute(Sampler sampler, ulong seed, int threads)
    {
        Member[] part = [];
        try
        {
            var workers = new Workers(threads, _stop.Token);
            foreach (Member[] chunk in _members.Where(m => !m.IsOver).Chunk(Math.Max(1, sampler.BatchSize)))
            {
                part = chunk;
                IReadOnlyList<Clip> clips = sampler.Samples(seed, [.. part.Select(m => m.Index)], workers, (i, step) => Observe(part[i], step));
                for (int i = 0; i < part.Length; i++) part[i].Clip.TrySetResult(clips[i]);
            }
        }
        catch (Exception e)
        {
            foreach (Member member in _members) member.Clip.TrySetException(e);
        }

        return true;
    }

    private void Observe(Member member, SynthesisEvent step)
    {
        if (member.IsOver) return;
        try
        {
            member.Observe(step);
        }
        catch (Exception e)
        {
            Drop(member, e);
        }
    }

    private void Drop(Member member, Exception reason)
    {
        member.Clip.TrySetException(reason);
        bool empty;
        lock (_lock) empty = _members.Count == _expected && _members.All(m => m.IsOver);
        if (empty) _stop.Cancel();
    }

    private sealed record Member(int Index, Action<SynthesisEvent> Observe)
    {
        public TaskCompletionSource<Clip> Clip { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsOver => Clip.Task.IsCompleted;
    }
}

/// <summary>A job's seat in a batch: who does not take it leaves the batch, so that the others need not wait.</summary>
/// <param name="batch">The batch; <c>null</c>: the job is alone.</param>
internal sealed class BatchSeat(SampleBatch? batch) : IDisposable
{
    private SampleBatch? _batch = batch;

    /// <summary>Takes the seat; <c>null</c>: it is taken, or the job has no batch.</summary>
    public SampleBatch? Take() => Interlocked.Exchange(ref _batch, null);

    /// <summary>Leaves the batch, unless the seat was taken.</summary>
    public void Dispose() => Take()?.Leave();
}
