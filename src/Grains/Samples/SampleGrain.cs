using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Placement;
using Vgpnn.Grains.Storage;

namespace Vgpnn.Grains.Samples;

/// <inheritdoc cref="ISampleGrain"/>
[Reentrant, PreferredRole("api")]
internal sealed class SampleGrain : Grain, ISampleGrain
{
    private readonly GroupCommit<SampleData> _data;
    private readonly GrainSettings _settings;
    private (int Attempt, double Fraction, SamplePreview Preview, long At)? _unstored;

    public SampleGrain([PersistentState("sample")] IPersistentState<SampleData> storage, GrainSettings settings)
    {
        _data = new GroupCommit<SampleData>(storage);
        _settings = settings;
    }

    private string Key => this.GetPrimaryKeyString();

    private IRequestGrain Request
    {
        get
        {
            string[] parts = Key.Split('/');
            return GrainFactory.Request(parts[0], parts[1]);
        }
    }

    public Task<SampleStatus> Get() => Task.FromResult(Status);

    public async Task<SampleJob> Begin(JobOrder order, int beside)
    {
        RequestWork? work = await Request.Began(order.Job.Index);
        SampleJob job = await _data.ChangeAsync<SampleJob>(data =>
        {
            if (data.Outcome is { } outcome)
                return (data, new SampleJob { Decision = outcome == SampleState.Failed ? JobDecision.Failed : JobDecision.Over, Failure = data.Failure });
            if (work is null) return (data.Exists ? data.Over(SampleState.Cancelled) : data, new SampleJob { Decision = JobDecision.Over });
            JobLedger ledger = data.Job.Begin(order, beside, _settings.MaxCrashes);
            if (ReferenceEquals(ledger, data.Job)) return (data, Run(data));
            if (!ledger.IsPoisoned)
            {
                SampleData begun = data with { Job = ledger, ChangedAt = UnixTime.Now };
                return (begun, Run(begun));
            }

            var failure = new JobFailure("poisoned", $"its worker was lost {ledger.Attempt} times");
            return ((data with { Job = ledger, Failure = failure }).Over(SampleState.Failed), new SampleJob { Decision = JobDecision.Failed, Failure = failure });
        });

        // A sample that is over tells so again: its request may not have heard it.
        if (job.Decision == JobDecision.Run) await Request.Progress(Status);
        else if (work is not null) await Request.Collect(Status);
        return job;

        SampleJob Run(SampleData data) => new() { Decision = JobDecision.Run, Attempt = data.Job.Attempt, Work = work, Checkpoint = data.Checkpoint };
    }

    public async Task<StoredBlob?> Checkpoint(int attempt, int level, double fraction, StoredBlob blob)
    {
        StoredBlob? replaced = null;
        await ChangeAsync(attempt, data =>
        {
            // A change whose answer was lost finds its own work.
            if (data.Checkpoint == blob) return data;
            replaced = data.Checkpoint;
            return data with { Checkpoint = blob, Level = level, Fraction = Math.Max(fraction, data.Fraction), Job = data.Job.Advance() };
        });
        await Request.Progress(Status);
        return replaced;
    }

    public Task DropCheckpoint(int attempt) =>
        ChangeAsync(attempt, data => data with { Checkpoint = null, Level = null, Fraction = 0 });

    public async Task<StoredBlob?> Preview(int attempt, double fraction, SamplePreview preview)
    {
        _data.State.Job.Check(attempt);
        if (_data.State.Outcome is not null) throw GrainException.Fenced();
        StoredBlob? replaced = (_unstored?.Preview ?? _data.State.Preview)?.Blob;
        _unstored = (attempt, fraction, preview, UnixTime.Now);
        await Request.Progress(Status);
        return replaced == preview.Blob ? null : replaced;
    }

    public async Task End(int attempt, SampleResult result)
    {
        await _data.ChangeAsync(data =>
        {
            // A change whose answer was lost finds its own work.
            if (data.Outcome == SampleState.Succeeded && data.Job.Attempt == attempt) return data;
            if (data.Outcome is not null) throw GrainException.Fenced();
            data.Job.Check(attempt);
            return (data with { Result = result, Fraction = 1, Level = null, Checkpoint = null, Preview = null }).Over(SampleState.Succeeded);
        });
        _unstored = null;
        if (await Request.Collect(Status)) return;

        // The request was cancelled or deleted meanwhile: the worker removes its result again.
        await _data.ChangeAsync(data => data.Outcome == SampleState.Succeeded ? (data with { Result = null }).Over(SampleState.Cancelled) : data);
        throw GrainException.Fenced();
    }

    public async Task<JobErrorDecision> Fail(int attempt, JobFailure failure, bool final)
    {
        JobErrorDecision decision = await _data.ChangeAsync<JobErrorDecision>(data =>
        {
            // A change whose answer was lost finds its own work.
            if (data.Outcome is null or SampleState.Failed && data.Job.HasErred(attempt)) return (data, data.Job.Decide(data.Outcome is not null));
            if (data.Outcome is not null) throw GrainException.Fenced();
            data.Job.Check(attempt);
            JobLedger ledger = data.Job.CloseWithError();
            JobErrorDecision next = ledger.Decide(final);
            SampleData closed = Store(data) with { Job = ledger, ChangedAt = UnixTime.Now };
            return (next.Failed ? (closed with { Failure = failure }).Over(SampleState.Failed) : closed, next);
        });
        if (decision.Failed) await Request.Collect(Status);
        else await Request.Progress(Status);
        return decision;
    }

    public async Task Release(int attempt)
    {
        await _data.ChangeAsync(data => Store(data) is var kept && kept.Job.Open && kept.Job.Attempt == attempt
            ? kept with { Job = kept.Job.Close(), ChangedAt = UnixTime.Now }
            : data);
        if (_data.State.Job.Attempt == attempt) await Request.Progress(Status);
    }

    public async Task<SampleStatus> Cancel()
    {
        // Also a sample that was not begun: a call of Begin that is under way finds it cancelled.
        await _data.ChangeAsync(data => data.Outcome is null ? Store(data).Over(SampleState.Cancelled) : data);
        return Status;
    }

    public async Task Clear()
    {
        await _data.ClearAsync();
        DeactivateOnIdle();
    }

    public Task<SampleBlobs> Blobs()
    {
        SampleStatus status = Status;
        string?[] keys = [status.Checkpoint?.Key, status.Preview?.Blob.Key, status.Result?.Video.Key];
        return Task.FromResult(new SampleBlobs([.. keys.OfType<string>()], _data.State.Job.Open ? _data.State.Job.Attempt : null));
    }

    private SampleStatus Status => (_unstored is null ? _data.State : Store(_data.State)).Status(Key);

    /// <summary>The state with the preview that was not worth a write of its own.</summary>
    private SampleData Store(SampleData data) => _unstored is { } live && data.Outcome is null && live.Attempt == data.Job.Attempt && data.Job.Open
        ? data with { Preview = live.Preview, Fraction = Math.Max(live.Fraction, data.Fraction), ChangedAt = Math.Max(live.At, data.ChangedAt) }
        : data;

    /// <summary>A change by the open attempt.</summary>
    private Task ChangeAsync(int attempt, Func<SampleData, SampleData> change) => _data.ChangeAsync(data =>
    {
        if (data.Outcome is not null) throw GrainException.Fenced();
        data.Job.Check(attempt);
        SampleData next = change(Store(data));
        return ReferenceEquals(next, data) ? data : next with { ChangedAt = UnixTime.Now };
    });
}
