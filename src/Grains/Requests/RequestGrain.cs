using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Indices;
using Vgpnn.Grains.Placement;
using Vgpnn.Grains.Samples;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Grains.Requests;

/// <inheritdoc cref="IRequestGrain"/>
[Reentrant, PreferredRole("api")]
internal sealed partial class RequestGrain : Grain, IRequestGrain, IDisposable
{
    /// <summary>How many samples at once are noted as begun, so that not each needs a write of the request.</summary>
    private const int BegunStep = 16;

    private const int ParallelSamples = 32;
    private const int FeedCapacity = 4_000;

    private readonly GroupCommit<RequestData> _data;
    private readonly IBlobStore _blobs;
    private readonly ILogger<RequestGrain> _log;
    private readonly ChangeFeed _feed;
    private readonly Dictionary<int, SampleStatus> _live = [];
    private readonly EntryPublisher _publisher;
    private readonly BackgroundEffects _effects;

    /// <summary>Submission, cancellation and deletion happen one after the other.</summary>
    private readonly SerialQueue _serial = new();

    /// <summary>Samples that are being cancelled: none of them begins any more.</summary>
    private IndexSet _cancelling = IndexSet.Empty;

    public RequestGrain(
        [PersistentState("request")] IPersistentState<RequestData> storage, IBlobStore blobs, IHostApplicationLifetime life, ILogger<RequestGrain> log)
    {
        _data = new GroupCommit<RequestData>(storage);
        _feed = new ChangeFeed(FeedCapacity, life.ApplicationStopping);
        _blobs = blobs;
        _log = log;
        _publisher = new EntryPublisher(() => TenantGrain, Update);
        _effects = new BackgroundEffects(this, SettleAsync, e => LogEffects(_log, Key, e.Message));
    }

    private string Key => this.GetPrimaryKeyString();

    private string Tenant => GrainKeys.TenantOf(Key);

    private string Id => Key[(Tenant.Length + 1)..];

    private string Entry => JobKey.RequestEntry(Id);

    private ITenantGrain TenantGrain => GrainFactory.Tenant(Tenant);

    private RequestData Data => _data.State;

    private RequestStatus Status => Data.Status(Id, Running);

    private int Running => _live.Values.Count(s => s.State == SampleState.Running);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (Data.Settings.Length > 0 && !Data.Settled) _effects.Start();
        return Task.CompletedTask;
    }

    public async Task<RequestStatus> Submit(NewRequest request)
    {
        ThrowIfDeleting();

        // The same key may be submitted by many at once.
        bool created = await _serial.RunAsync(async () =>
        {
            ThrowIfDeleting();
            string hash = BodyHash(request);
            if (Data.Exists)
            {
                ThrowIfOther(Data, hash);
                return false;
            }

            await CreateAsync(request, hash);
            return true;
        });
        if (created)
        {
            _publisher.Tell(null);
            _effects.Start();
        }

        return Status;
    }

    public Task<RequestStatus> Get()
    {
        ThrowIfMissing();
        return Task.FromResult(Status);
    }

    public Task<RequestStatus> Cancel() => _serial.RunAsync(async () =>
    {
        ThrowIfMissing();
        if (Data.FinishedAt is null)
        {
            await StopAsync();
            await CancelRemainingAsync();
        }

        // Again: a dispatcher that came up meanwhile may have taken over what runs, and a call that is repeated may have been lost here.
        if (Data.Cancelled.Count > 0) await StopAsync();
        return Status;
    });

    public Task Delete() => _serial.RunAsync(async () =>
    {
        ThrowIfMissing();
        await _data.ChangeAsync(data => data.Exists ? data with { Deleting = true, Settled = false } : data);
        _effects.Start();
        await LeaveAsync();
    });

    public async Task<SampleStatus> GetSample(int index)
    {
        ThrowIfMissing();
        if (index < 0 || index >= Data.Samples) throw GrainException.NotFound("sample");
        return await ReadAsync(index);
    }

    public async Task<IReadOnlyList<SampleStatus>> ListSamples(int after, int limit)
    {
        ThrowIfMissing();
        RequestData data = Data;
        int end = data.FinishedAt is null ? data.BegunUpTo : data.Samples;
        var indices = new List<int>();
        for (int i = Math.Max(0, after + 1); i < data.Samples && indices.Count < Math.Clamp(limit, 1, 1_000); i++)
        {
            if (i >= end && data.Cancelled.Count == 0) break;
            if (i < Math.Min(end, data.BegunUpTo) || data.OutcomeOf(i) is not null) indices.Add(i);
        }

        var samples = new List<SampleStatus>(indices.Count);
        foreach (int[] batch in indices.Chunk(ParallelSamples)) samples.AddRange(await Task.WhenAll(batch.Select(ReadAsync)));
        return samples;
    }

    public Task<SampleStatus> CancelSample(int index) => _serial.RunAsync(async () =>
    {
        SampleStatus before = await GetSample(index);
        if (Data.OutcomeOf(index) is null)
        {
            _cancelling = IndexSet.Range(index, 1);
            try
            {
                await Collect(index < Data.BegunUpTo
                    ? await SampleGrain(index).Cancel()
                    : before with { State = SampleState.Cancelled, ChangedAt = UnixTime.Now, FinishedAt = UnixTime.Now });
            }
            finally
            {
                _cancelling = IndexSet.Empty;
            }
        }

        if (Data.Cancelled.Contains(index)) await Dispatcher.Cancel(new QueueOwner { Tenant = Tenant, Name = "" }, Entry, index);
        return await ReadAsync(index);
    });

    public Task<ChangeBatch> Changes(long? after, TimeSpan wait)
    {
        ThrowIfMissing();
        return _feed.AfterAsync(after, wait);
    }

    public Task<QueueItem?> Queue() => Task.FromResult(Data.Exists && Data.FinishedAt is null ? Item : null);

    public async Task<bool> Tend()
    {
        await _data.RefreshAsync();
        if (Data.Settings.Length == 0) return false;
        _publisher.Tell(null);
        if (!Data.Settled) await _effects.RunAsync();

        // Whoever asks has not heard of it.
        else await TenantGrain.Settle(Entry, Data.Bytes);
        return true;
    }

    public async Task<RequestWork?> Began(int index)
    {
        if (!IsWanted(index)) return null;
        if (index >= Data.BegunUpTo)
        {
            await _data.ChangeAsync(data => !data.Exists || index < data.BegunUpTo ? data
                : data with { BegunUpTo = Math.Min(data.Samples, (index / BegunStep * BegunStep) + BegunStep) });
        }

        if (!IsWanted(index)) return null;
        return new RequestWork
        {
            Settings = Data.Settings,
            Seed = Data.Seed,
            Backend = Data.Plan!.Backend,
            LevelKey = Data.Plan.LevelKey,
            Inputs = Data.Inputs,
        };
    }

    public Task Progress(SampleStatus sample)
    {
        if (!IsWanted(sample.SampleIndex)) return Task.CompletedTask;
        _live[sample.SampleIndex] = sample;
        _publisher.Tell(sample);
        return Task.CompletedTask;
    }

    public Task Requeued(int index) => IsWanted(index) && _live.TryGetValue(index, out SampleStatus? sample) && sample.State == SampleState.Running
        ? Progress(sample with { State = SampleState.Queued, ChangedAt = UnixTime.Now })
        : Task.CompletedTask;

    public async Task<bool> Collect(SampleStatus sample)
    {
        if (!Data.Exists) return false;
        bool finished = Data.FinishedAt is not null;
        bool counted = await _data.ChangeAsync<bool>(data =>
        {
            if (!data.Exists) return (data, false);
            RequestData next = data.Collect(sample);
            return (next, next.OutcomeOf(sample.SampleIndex) == sample.State);
        });
        _live.Remove(sample.SampleIndex);
        _publisher.Tell(Overlay(sample));
        if (!finished && Data.FinishedAt is not null) _effects.Start();
        return counted;
    }

    public Task<RequestExamination> Examine()
    {
        RequestData data = Data;
        return Task.FromResult(new RequestExamination
        {
            Exists = data.Settings.Length > 0,
            Deleting = data.Deleting,
            Finished = data.FinishedAt is not null,
            Settled = data.Settled,
            Samples = data.Samples,
            Succeeded = data.Succeeded.ToString(),
            Failed = data.Failed.ToString(),
            Cancelled = data.Cancelled.ToString(),
            Bytes = data.Bytes,
        });
    }

    public void Dispose() => _serial.Dispose();

    private IDispatcherGrain Dispatcher => GrainFactory.Dispatcher(Data.Plan!.Backend);

    private QueueItem Item => new()
    {
        Entry = Entry,
        Created = Data.CreatedAt,
        Indices = Data.Remaining.ToString(),
        Memory = Data.Plan!.Memory,
        DeviceMemory = Data.Plan.DeviceMemory,
        MoreDeviceMemory = Data.Plan.MoreDeviceMemory,
        Cost = Data.Plan.Cost,
        LevelKey = Data.Plan.LevelKey,
        Trace = Data.Trace,
    };

    private async Task CreateAsync(NewRequest request, string hash)
    {
        long now = UnixTime.Now;
        string[] used = [.. request.Inputs.Select(i => i.VideoId).Distinct()];
        try
        {
            VideoStatus[] videos = await Task.WhenAll(used.Select(v => GrainFactory.Video(Tenant, v).Use(Id)));
            Dictionary<string, VideoStatus> byId = videos.ToDictionary(v => v.VideoId);
            QueueOwner owner = await TenantGrain.Admit(new Admission
            {
                Entry = Entry,
                Backend = request.Plan.Backend,
                Jobs = request.Samples,
                Voxels = request.Plan.Voxels,
                Created = now,
            });
            await _data.ChangeAsync(data => data.Exists ? ThrowIfOther(data, hash) : new RequestData
            {
                Settings = request.Settings,
                Plan = request.Plan,
                Inputs = [.. request.Inputs.Select(i => new UsedInput { Role = i.Role, VideoId = i.VideoId, Name = byId[i.VideoId].Name, File = byId[i.VideoId].File })],
                Seed = request.Seed ?? BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))),
                Samples = request.Samples,
                BodyHash = hash,
                Webhook = request.Webhook,
                Trace = request.Trace,
                CreatedAt = now,
            });
            await ListAsync();
            await Dispatcher.Enqueue(owner, Item);
        }
        catch (GrainException e) when (!Data.Exists && !e.IsTransient)
        {
            // Where the storage did not answer, the request may exist: its tenant finds out later.
            await TenantGrain.Retract(Entry);
            await UnuseAsync(used);
            throw;
        }
    }

    /// <summary>Enters the request into its tenant's list.</summary>
    private async Task ListAsync()
    {
        if (Data.Place is not null) return;
        long place = await GrainFactory.Catalog(Tenant, CatalogKinds.Requests).Add(Row);
        await _data.ChangeAsync(data => data.Place is null ? data with { Place = place } : data);
    }

    private CatalogRow Row => new()
    {
        Id = Id,
        Text = string.Join(' ', Data.Inputs.Select(i => i.Name)),
        Kind = RequestSettings.ApplicationOf(Data.Settings)?.ToString().ToLowerInvariant(),
        State = Data.FinishedAt is null ? "active" : Data.Failed.Count > 0 ? "failed" : Data.Cancelled.Count > 0 ? "cancelled" : "succeeded",
        Ended = Data.FinishedAt,
    };

    private async Task<SampleStatus> ReadAsync(int index)
    {
        if (index < Data.BegunUpTo)
        {
            SampleStatus sample = await SampleGrain(index).Get();
            if (sample.ChangedAt > 0) return Overlay(sample);
        }

        bool cancelled = Data.Cancelled.Contains(index);
        return new SampleStatus
        {
            RequestId = Id,
            SampleIndex = index,
            State = cancelled ? SampleState.Cancelled : SampleState.Queued,
            ChangedAt = cancelled ? Data.FinishedAt ?? Data.CreatedAt : Data.CreatedAt,
            FinishedAt = cancelled ? Data.FinishedAt ?? Data.CreatedAt : null,
        };
    }

    // The request's word counts where a sample was cancelled before its own grain heard of it, or its worker was lost.
    private SampleStatus Overlay(SampleStatus sample) => Data.OutcomeOf(sample.SampleIndex) is { } outcome && sample.State != outcome
        ? sample with { State = outcome, FinishedAt = sample.FinishedAt ?? Data.FinishedAt }
        : _live.TryGetValue(sample.SampleIndex, out SampleStatus? live) && sample.State == SampleState.Running && live.State == SampleState.Queued && live.Attempt == sample.Attempt
            ? sample with { State = SampleState.Queued }
            : sample;

    private ISampleGrain SampleGrain(int index) => GrainFactory.Sample(Tenant, Id, index);

    private bool IsWanted(int index) =>
        Data.Exists && index >= 0 && index < Data.Samples && Data.OutcomeOf(index) is null && !_cancelling.Contains(index);

    private EntryUpdate Update(IReadOnlyList<SampleStatus> samples)
    {
        // Samples before their request: whoever hears that a request is finished has heard of all its samples.
        Change[] changes = Data.Exists ? [.. samples.Select(s => new Change { Sample = s }), new Change { Request = Status }] : [];
        _feed.Add(changes);
        int running = Running;
        return new EntryUpdate
        {
            Entry = Entry,
            Running = running,
            Waiting = Data.Samples - Data.Over - running,
            Bytes = Data.Bytes + _live.Values.Sum(s => s.Bytes),
            Changes = changes,
        };
    }

    private void ThrowIfMissing()
    {
        if (!Data.Exists) throw GrainException.NotFound("request");
    }

    private void ThrowIfDeleting()
    {
        if (Data.Deleting) throw new GrainException("request-deleting", "the request with this idempotency key is being deleted", "try again in a moment");
    }

    private static RequestData ThrowIfOther(RequestData data, string hash) =>
        data.BodyHash == hash ? data : throw new GrainException("idempotency-conflict", "the idempotency key was used for another request");

    private static string BodyHash(NewRequest request)
    {
        string body = $"{request.Settings}\n{request.Samples}\n{request.Seed}\n{request.Webhook}\n{string.Join('\n', request.Inputs.Select(i => $"{i.Role} {i.VideoId}"))}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)));
    }

    [LoggerMessage(301, LogLevel.Warning, "Request {Key} could not be settled and is tried again: {Reason}")]
    private static partial void LogEffects(ILogger log, string key, string reason);
}
