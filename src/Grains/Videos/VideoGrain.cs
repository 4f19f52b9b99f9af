using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Placement;
using Vgpnn.Grains.Requests;
using Vgpnn.Grains.Samples;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Synthesis.Backends;

namespace Vgpnn.Grains.Videos;

/// <inheritdoc cref="IVideoGrain"/>
[Reentrant, PreferredRole("api")]
internal sealed partial class VideoGrain : Grain, IVideoGrain, IDisposable
{
    // Ingest decodes every frame, but small: that bounds what it holds.
    private const long IngestMemory = 512L << 20;
    private const double IngestCost = 1;

    private readonly GroupCommit<VideoData> _data;
    private readonly GrainSettings _settings;
    private readonly IBlobStore _blobs;
    private readonly ILogger<VideoGrain> _log;
    private readonly EntryPublisher _publisher;
    private readonly BackgroundEffects _effects;

    /// <summary>Uploads, deletions and what follows from them happen one after the other.</summary>
    private readonly SerialQueue _serial = new();

    public VideoGrain(
        [PersistentState("video")] IPersistentState<VideoData> storage, GrainSettings settings, IBlobStore blobs, ILogger<VideoGrain> log)
    {
        _data = new GroupCommit<VideoData>(storage);
        _settings = settings;
        _blobs = blobs;
        _log = log;
        _publisher = new EntryPublisher(() => GrainFactory.Tenant(Tenant), _ => Update);
        _effects = new BackgroundEffects(this, () => _serial.RunAsync(SettleAsync), e => LogEffects(_log, Key, e.Message));
    }

    private string Key => this.GetPrimaryKeyString();

    private string Tenant => GrainKeys.TenantOf(Key);

    private string Id => Key[(Tenant.Length + 1)..];

    private string Entry => JobKey.VideoEntry(Id);

    private VideoData Data => _data.State;

    private IDispatcherGrain Dispatcher => GrainFactory.Dispatcher(BackendName.Cpu);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (Data.File is not null && !Data.Settled) _effects.Start();
        return Task.CompletedTask;
    }

    public Task<StoredVideo> Store(NewVideo video) => _serial.RunAsync(async () =>
    {
        // A repeated call finds its own file entered.
        if (Data.Exists) return new StoredVideo(Status, Data.File!.Key == video.File.Key);
        await SettleAsync();
        bool revived = Data is { File: not null, Users.Count: > 0, Result: not null };
        long now = UnixTime.Now;
        QueueOwner owner = await GrainFactory.Tenant(Tenant).Admit(new Admission
        {
            Entry = Entry,
            Backend = BackendName.Cpu,
            Jobs = 1,
            Bytes = revived ? Data.Bytes : video.File.Bytes,
            Created = now,
        });
        if (revived)
        {
            // Active requests still use the file of the deleted video, which has the same content.
            await _data.ChangeAsync(data => data with { Name = video.Name, State = VideoState.Ready, Settled = false, CreatedAt = now, ChangedAt = now, Place = null });
            Told();
            return new StoredVideo(Status, false);
        }

        await _data.ChangeAsync(data => data.Exists ? data : new VideoData
        {
            Name = video.Name,
            File = video.File,
            State = VideoState.Ingesting,

            // Attempts are counted on, so that the names of their blobs stay unique.
            Job = new JobLedger { Attempt = data.Job.Attempt },
            Trace = Activity.Current is { IdFormat: ActivityIdFormat.W3C } span ? span.Id : null,
            CreatedAt = now,
            ChangedAt = now,
        });
        await ListAsync();
        await Dispatcher.Enqueue(owner, Item);
        _publisher.Tell(null);
        return new StoredVideo(Status, true);
    });

    public Task<VideoStatus> Get()
    {
        ThrowIfMissing();
        return Task.FromResult(Status);
    }

    public Task<VideoStatus?> GetAny() => Task.FromResult(Data.File is null ? null : Status);

    public Task Delete() => _serial.RunAsync(async () =>
    {
        ThrowIfMissing();
        await _data.ChangeAsync(data => data.Exists
            ? data with { State = VideoState.Deleted, Job = data.Job.Close(), Settled = false, ChangedAt = UnixTime.Now }
            : data);
        _effects.Start();
        await LeaveAsync();
    });

    public async Task<VideoStatus> Use(string request)
    {
        await _data.ChangeAsync(data =>
        {
            if (!data.Exists) throw GrainException.NotFound("video");
            if (data.State == VideoState.Failed) throw new GrainException("video-failed", $"video {Id} cannot be used: {data.Failure?.Message}");
            if (data.State != VideoState.Ready) throw new GrainException("video-not-ready", $"video {Id} is still being checked", "try again in a moment");
            return data.Users.Contains(request) ? data : data with { Users = data.Users.Add(request) };
        });
        return Status;
    }

    public async Task Unuse(string request)
    {
        if (!Data.Users.Contains(request)) return;
        await _data.ChangeAsync(data => data with { Users = data.Users.Remove(request) });
        if (Data.State == VideoState.Deleted) _effects.Start();
    }

    public Task<QueueItem?> Queue() => Task.FromResult(Data is { Exists: true, State: VideoState.Ingesting } ? Item : null);

    public async Task<bool> Tend()
    {
        await _data.RefreshAsync();
        if (Data.File is null) return false;
        _publisher.Tell(null);
        if (!Data.Settled) await _effects.RunAsync();

        // Whoever asks has not heard of it.
        else if (Data.Exists) await GrainFactory.Tenant(Tenant).Settle(Entry, Data.Bytes);
        return Data.Exists || !Data.Settled;
    }

    public async Task<VideoJob> Begin(JobOrder order, int beside)
    {
        VideoJob job = await _data.ChangeAsync<VideoJob>(data =>
        {
            if (!data.Exists || data.State != VideoState.Ingesting) return (data, new VideoJob { Decision = JobDecision.Over });
            JobLedger ledger = data.Job.Begin(order, beside, _settings.MaxCrashes);
            if (!ledger.IsPoisoned)
            {
                return (
                    ReferenceEquals(ledger, data.Job) ? data : data with { Job = ledger, ChangedAt = UnixTime.Now },
                    new VideoJob { Decision = JobDecision.Run, Attempt = ledger.Attempt, Name = data.Name, File = data.File });
            }

            var failure = new JobFailure("poisoned", $"its worker was lost {ledger.Attempt} times");
            return (Ended(data with { Job = ledger, Failure = failure }, VideoState.Failed), new VideoJob { Decision = JobDecision.Failed, Failure = failure });
        });
        Told();
        return job;
    }

    public async Task End(int attempt, IngestResult result)
    {
        await _data.ChangeAsync(data =>
        {
            // A change whose answer was lost finds its own work.
            if (data.State == VideoState.Ready && data.Job.Attempt == attempt) return data;
            Check(data, attempt);
            return Ended(data with { Result = result }, VideoState.Ready);
        });
        Told();
    }

    public async Task<JobErrorDecision> Fail(int attempt, JobFailure failure, bool final)
    {
        JobErrorDecision decision = await _data.ChangeAsync<JobErrorDecision>(data =>
        {
            // A change whose answer was lost finds its own work.
            if (data.State is VideoState.Ingesting or VideoState.Failed && data.Job.HasErred(attempt)) return (data, data.Job.Decide(data.State == VideoState.Failed));
            Check(data, attempt);
            JobLedger ledger = data.Job.CloseWithError();
            JobErrorDecision next = ledger.Decide(final);
            VideoData closed = data with { Job = ledger, ChangedAt = UnixTime.Now };
            return (next.Failed ? Ended(closed with { Failure = failure }, VideoState.Failed) : closed, next);
        });
        Told();
        return decision;
    }

    public async Task Release(int attempt)
    {
        await _data.ChangeAsync(data => data.Job.Open && data.Job.Attempt == attempt ? data with { Job = data.Job.Close() } : data);
        Told();
    }

    public void Dispose() => _serial.Dispose();

    private VideoStatus Status => new()
    {
        VideoId = Id,
        Name = Data.Name,
        State = Data.State,
        Result = Data.Result,
        File = Data.File!,
        CreatedAt = Data.CreatedAt,
        ChangedAt = Data.ChangedAt,
        Failure = Data.Failure,
    };

    private QueueItem Item => new()
    {
        Entry = Entry,
        Created = Data.CreatedAt,
        Indices = "0",
        Memory = IngestMemory,
        Cost = IngestCost,
        Trace = Data.Trace,
    };

    private EntryUpdate Update => new()
    {
        Entry = Entry,
        Waiting = Data is { Exists: true, State: VideoState.Ingesting, Job.Open: false } ? 1 : 0,
        Running = Data is { Exists: true, State: VideoState.Ingesting, Job.Open: true } ? 1 : 0,
        Bytes = Data.Bytes,
        Changes = Data.Exists ? [new Change { Video = Status }] : [],
    };

    private CatalogRow Row => new() { Id = Id, Text = Data.Name, State = Data.State.ToString().ToLowerInvariant(), Ended = Data.CreatedAt };

    private void Told()
    {
        _publisher.Tell(null);
        if (Data.State != VideoState.Ingesting && !Data.Settled) _effects.Start();
    }

    private async Task ListAsync()
    {
        if (Data.Place is not null) return;
        long place = await GrainFactory.Catalog(Tenant, CatalogKinds.Videos).Add(Row);
        await _data.ChangeAsync(data => data.Place is null ? data with { Place = place } : data);
    }

    /// <summary>Tells whoever has to know of the end of the ingest or of the deletion, until all of them have heard it.</summary>
    private async Task SettleAsync()
    {
        if (Data.File is null || Data.Settled) return;
        if (Data.State == VideoState.Deleted)
        {
            await RemoveAsync();
            return;
        }

        await ListAsync();
        if (Data.State == VideoState.Ingesting) return;
        await GrainFactory.Catalog(Tenant, CatalogKinds.Videos).Update(Data.Place!.Value, Row);
        await GrainFactory.Tenant(Tenant).Settle(Entry, Data.Bytes);
        await _data.ChangeAsync(data => data.Exists ? data with { Settled = true } : data);
    }

    /// <summary>What a deletion does before its caller is answered: the video is in no list and no count any more.</summary>
    private async Task LeaveAsync()
    {
        await Dispatcher.Remove(new QueueOwner { Tenant = Tenant, Name = "" }, Entry);
        await GrainFactory.Tenant(Tenant).BeginDelete(Entry, Data.Bytes);
        if (Data.Place is { } place) await GrainFactory.Catalog(Tenant, CatalogKinds.Videos).Remove(place, Id);
    }

    // What was made of the video goes on telling its name: the state stays, its blobs go.
    private async Task RemoveAsync()
    {
        await LeaveAsync();
        foreach (string request in Data.Users)
        {
            RequestExamination user = await GrainFactory.Request(Tenant, request).Examine();
            if (user is { Exists: true, Deleting: false, Finished: false }) return;
            await _data.ChangeAsync(data => data with { Users = data.Users.Remove(request) });
        }

        await _blobs.DeleteAsync(Data.File!.Key);
        await _blobs.DeletePrefixAsync(BlobKeys.OfVideo(Tenant, Id));

        // In this order: should the second call be lost, the tenant asks and finds nothing left.
        await _data.ChangeAsync(data => data.State == VideoState.Deleted ? data with { Settled = true, Place = null } : data);
        await GrainFactory.Tenant(Tenant).EndDelete(Entry);
    }

    private static VideoData Ended(VideoData data, VideoState state) => data with { State = state, Job = data.Job.Close(), ChangedAt = UnixTime.Now };

    private static void Check(VideoData data, int attempt)
    {
        if (!data.Exists || data.State != VideoState.Ingesting) throw GrainException.Fenced();
        data.Job.Check(attempt);
    }

    private void ThrowIfMissing()
    {
        if (!Data.Exists) throw GrainException.NotFound("video");
    }

    [LoggerMessage(321, LogLevel.Warning, "Video {Key} could not be settled and is tried again: {Reason}")]
    private static partial void LogEffects(ILogger log, string key, string reason);
}
