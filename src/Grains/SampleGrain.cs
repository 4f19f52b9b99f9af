using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Grains;

/// <summary>
/// A sample of a request. Its long turn walks the levels from coarse to fine, leaves a checkpoint after each and a preview
/// for those who watch, and goes on from the last checkpoint on whatever node it wakes. Key: request and index.
/// </summary>
/// <param name="store">The state.</param>
/// <param name="blobs">Checkpoints and results.</param>
/// <param name="levels">The node's levels.</param>
/// <param name="work">The node's place for files on the way.</param>
/// <param name="options">Threads and checkpoints.</param>
public sealed class SampleGrain(StateStore store, IBlobStore blobs, LevelGrain levels, WorkDirectory work, SampleOptions options)
{
    /// <summary>A level of more patches than this is kept in its middle too: it takes longer than anyone wants to lose.</summary>
    private const long LargeLevel = 1_000_000;

    /// <summary>In the middle of a level there is much to write, and a checkpoint pays only after some seconds.</summary>
    private static readonly TimeSpan PartInterval = TimeSpan.FromSeconds(4);

    /// <summary>A sample and how far it has come; one whose turn has not come near yet has no row, and waits.</summary>
    /// <exception cref="GrainException">There is no such sample of this tenant.</exception>
    public static Task<SampleStatus> GetAsync(
        StateStore store, string tenant, string request, int index, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.RunForAsync(tenant, state => GetAsync(state, tenant, request, index), cancellation);
    }

    /// <summary>A page of a request's samples that have rows, by index.</summary>
    /// <param name="store">The state.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="request">Of which request.</param>
    /// <param name="after">The last index of the page before; −1: from the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Gives up.</param>
    public static Task<IReadOnlyList<SampleStatus>> ListAsync(
        StateStore store, string tenant, string request, int after, int limit, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.RunForAsync(
            tenant, state => state.QueryAsync<SampleStatus>(SampleSql.All, new { tenant, request, after, limit }), cancellation);
    }

    /// <summary>Ends a sample unless it has come to its end; the preview that it has stays. Twice is like once.</summary>
    /// <exception cref="GrainException">There is no such sample of this tenant.</exception>
    public static Task<SampleStatus> CancelAsync(
        StateStore store, string tenant, string request, int index, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        return store.RunForAsync(
            tenant,
            async state =>
            {
                await TenantGrain.LockAsync(state, tenant).ConfigureAwait(false);
                await RequestGrain.LockAsync(state, tenant, request).ConfigureAwait(false);
                SampleStatus sample = await GetAsync(state, tenant, request, index).ConfigureAwait(false);
                if (sample.State is not (SampleState.Queued or SampleState.Running)) return sample;
                GrainKey grain = GrainKey.Sample(request, index);
                if (!await CancelRowAsync(state, grain).ConfigureAwait(false))
                {
                    await state.ExecuteAsync(SampleSql.InsertCancelled, new { request, index, tenant }).ConfigureAwait(false);
                    await TenantGrain.CountAsync(state, tenant, queued: -1).ConfigureAwait(false);
                }

                await RequestGrain.CollectAsync(state, tenant, request, cancelled: 1).ConfigureAwait(false);
                return await GetAsync(state, tenant, request, index).ConfigureAwait(false);
            },
            cancellation);
    }

    /// <summary>The long turn.</summary>
    /// <exception cref="FencedException">The activation was replaced, or its sample cancelled.</exception>
    /// <exception cref="HandedBackException">It stopped after a checkpoint because it was asked to.</exception>
    /// <exception cref="VgpnnException">The inputs cannot be used as the settings say.</exception>
    internal async Task RunAsync(Activation activation, CancellationToken handBack, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        (GrainKey grain, string tenant) = (activation.Grain, activation.Tenant);
        Work task = await store.RunAsync(state => state.FindAsync<Work>(RequestSql.Work, new { request = grain.Id }), cancellation).ConfigureAwait(false)
            ?? throw new FencedException(grain, activation.Epoch);
        RequestSettings settings = SettingsJson.Read(task.Settings);
        Sampler sampler;
        using (Telemetry.Spans.StartActivity("levels"))
        {
            sampler = await levels.GetAsync(task.Affinity, () => SamplerAsync(grain.Id, tenant, settings, task.EngineClass, cancellation), cancellation)
                .ConfigureAwait(false);
        }

        Checkpoint? from = await ResumeAsync(activation, sampler, cancellation).ConfigureAwait(false);
        var timings = new List<LevelFinished>();
        var telemetry = new LevelTelemetry(Activity.Current?.Context ?? default, sampler.Plan, task.EngineClass, resumed: from is not null);
        using ScratchFile file = work.Scratch(".mp4");
        var encoding = new EarlyWriting<bool>(async frames =>
        {
            await ClipWriter.WriteAsync(
                frames, sampler.Plan.Output, sampler.FrameRate, file.Path, ClipFormat.Mp4, Comment(task, grain), cancellation).ConfigureAwait(false);
            return true;
        });
        Clip clip;
        try
        {
            clip = await WalkAsync().ConfigureAwait(false);
            cancellation.ThrowIfCancellationRequested();
        }
        catch
        {
            await encoding.DropAsync().ConfigureAwait(false);
            throw;
        }

        using (Telemetry.Spans.StartActivity("encode")) await encoding.FinishAsync(clip).ConfigureAwait(false);
        await using FileStream video = File.OpenRead(file.Path);
        BlobInfo stored = await blobs.PutAsync(
            BlobKey.Written(tenant, grain, activation.Epoch, "sample.mp4"), video, cancellation: cancellation).ConfigureAwait(false);
        await FinishAsync(activation, stored, clip.ContentHash(), TimingsJson(timings), Stopwatch.GetElapsedTime(start), cancellation)
            .ConfigureAwait(false);

        // From level to level, with previews and checkpoints on the way.
        async Task<Clip> WalkAsync()
        {
            await using var previews = new PreviewWriter(activation, blobs);
            await using var checkpoints = new CheckpointWriter(activation, blobs, options.CheckpointInterval);
            return await ComputeAsync(
                () => sampler.Sample(
                    ulong.Parse(task.Seed, CultureInfo.InvariantCulture), grain.Index, new Workers(options.Threads, cancellation), Observe, from),
                checkpoints,
                cancellation).ConfigureAwait(false);

            void Observe(SynthesisEvent step)
            {
                telemetry.Observe(step);
                if (step.Level.Index == 0) encoding.Begin();
                bool yield = handBack.IsCancellationRequested || checkpoints.OthersWait;
                switch (step)
                {
                    case LevelFinished finished:
                        timings.Add(finished with { Output = null!, Fields = default });
                        if (finished.Level.Index == 0) return;
                        previews.Offer(finished.Level.Index, finished.Output, finished.Fraction, telemetry.Level);
                        checkpoints.Offer(new Checkpoint(finished.Level.Index, finished.Output) { Fields = finished.Fields }, finished.Fraction, yield, telemetry.Level);
                        break;
                    case SearchPassed { Level.QueryGrid.Count: > LargeLevel } passed when yield || checkpoints.IsDue(PartInterval):
                        checkpoints.Offer(passed.State, passed.Fraction, true, telemetry.Level);
                        break;
                    default:
                        return;
                }

                if (yield) throw new HandedBackException();
            }
        }
    }

    internal static Task SetStateAsync(StateTransaction state, GrainKey grain, string sampleState) =>
        state.ExecuteAsync(SampleSql.SetState, new { request = grain.Id, index = grain.Index, state = sampleState });

    /// <summary>Ends a sample that cannot be made; its turn is gone already.</summary>
    internal static async Task FailedAsync(StateTransaction state, GrainKey grain, string tenant, string code, string error)
    {
        await state.ExecuteAsync(SampleSql.Fail, new { request = grain.Id, index = grain.Index, code, error }).ConfigureAwait(false);
        await RequestGrain.CollectAsync(state, tenant, grain.Id, failed: 1).ConfigureAwait(false);
    }

    /// <summary>Ends a sample's turn and its row, but for the count in its request. Tenant and request are locked.</summary>
    /// <returns>Whether it had a turn.</returns>
    internal static async Task<bool> CancelRowAsync(StateTransaction state, GrainKey grain)
    {
        if (await LongTurns.LockAsync(state, grain).ConfigureAwait(false) is not { } turn) return false;
        await LongTurns.RemoveAsync(state, turn, Outcome.Cancelled).ConfigureAwait(false);
        await state.ExecuteAsync(SampleSql.Cancel, new { request = grain.Id, index = grain.Index }).ConfigureAwait(false);
        return true;
    }

    private static async Task<SampleStatus> GetAsync(StateTransaction state, string tenant, string request, int index)
    {
        if (await state.FindAsync<SampleStatus>(SampleSql.Find, new { tenant, request, index }).ConfigureAwait(false) is { } sample) return sample;
        RequestStatus status = await RequestGrain.GetAsync(state, tenant, request).ConfigureAwait(false);
        if (index < 0 || index >= status.Samples) throw GrainException.NotFound("sample");
        return new SampleStatus
        {
            RequestId = request,
            SampleIndex = index,
            State = status.State == RequestState.Finished ? SampleState.Cancelled : SampleState.Queued,
        };
    }

    private static async Task<Clip> ComputeAsync(Func<Clip> sample, CheckpointWriter checkpoints, CancellationToken cancellation)
    {
        try
        {
            return await ComputeThread.RunAsync(sample).ConfigureAwait(false);
        }
        catch (HandedBackException)
        {
            await checkpoints.FlushAsync().WaitAsync(cancellation).ConfigureAwait(false);
            throw;
        }
    }

    private async Task<Sampler> SamplerAsync(
        string request, string tenant, RequestSettings settings, string engineClass, CancellationToken cancellation)
    {
        var inputs = new List<SamplerInput>();
        IReadOnlyList<InputRow> rows = await store.RunAsync(state => state.QueryAsync<InputRow>(VideoSql.OfRequest, new { request }), cancellation)
            .ConfigureAwait(false);
        foreach (InputRow row in rows)
        {
            InputRole role = Enum.Parse<InputRole>(row.Role);
            ReadOptions options = settings.ReadOptions(role);
            Clip clip = work.Clips.Find(row.OriginalKey, options) ?? await DecodeAsync(tenant, row.OriginalKey, options, cancellation).ConfigureAwait(false);
            inputs.Add(new SamplerInput(role, FrameRate.TryParse(settings.FrameRate, out FrameRate pace) ? clip.WithFrameRate(pace) : clip));
        }

        if (engineClass != EngineClass.OpenCl) return Sampler.Create(inputs, settings.Options);

        // A turn whose node died may come to one without a device: it goes on to the next.
        if (levels.Device is not { } device) throw new VgpnnException(ErrorKind.Device, "no-device", "the node has no OpenCL device");
        return Sampler.Create(inputs, settings.Options, device: device);
    }

    private async Task<Clip> DecodeAsync(string tenant, string key, ReadOptions options, CancellationToken cancellation)
    {
        using ScratchFile file = await work.FetchAsync(store, blobs, tenant, key, cancellation).ConfigureAwait(false);
        return (await ClipReader.ReadAsync(file.Path, options, cancellation).ConfigureAwait(false)).Clip;
    }

    // A checkpoint that cannot be read is worth no more than none: the sample starts anew.
    private async Task<Checkpoint?> ResumeAsync(Activation activation, Sampler sampler, CancellationToken cancellation)
    {
        (string tenant, GrainKey grain) = (activation.Tenant, activation.Grain);
        BlobInfo? blob = await store.RunAsync(
            async state =>
            {
                var row = new { tenant, request = grain.Id, index = grain.Index };
                SampleStatus? sample = await state.FindAsync<SampleStatus>(SampleSql.Find, row).ConfigureAwait(false);
                return sample?.CheckpointKey is { } key ? await BlobRecords.FindAsync(state, tenant, key).ConfigureAwait(false) : null;
            },
            cancellation).ConfigureAwait(false);
        if (blob is null) return null;
        try
        {
            await using Stream stream = await blobs.OpenAsync(blob, cancellation).ConfigureAwait(false);
            Checkpoint checkpoint = Checkpoint.Load(stream);
            if (sampler.Takes(checkpoint)) return checkpoint;
        }
        catch (Exception e) when (e is InvalidDataException or BlobException { Code: "blob-missing" or "blob-corrupt" })
        {
            // Told by the sample's going back to its start.
        }

        await activation.CommitAsync(
            async state =>
            {
                await state.ExecuteAsync(SampleSql.DropCheckpoint, new { request = grain.Id, index = grain.Index }).ConfigureAwait(false);
                await BlobRecords.KillAsync(state, tenant, blob.Key).ConfigureAwait(false);
                return true;
            },
            cancellation).ConfigureAwait(false);
        return null;
    }

    /// <summary>Ends a sample with its result.</summary>
    internal static async Task FinishAsync(
        Activation activation, BlobInfo video, string frames, string timings, TimeSpan time, CancellationToken cancellation)
    {
        (string tenant, GrainKey grain) = (activation.Tenant, activation.Grain);
        try
        {
            await activation.CommitAsync(
                async state =>
                {
                    var row = new { tenant, request = grain.Id, index = grain.Index };
                    SampleStatus before = (await state.FindAsync<SampleStatus>(SampleSql.Find, row).ConfigureAwait(false))!;
                    await BlobRecords.AddAsync(state, tenant, BlobRecords.OwnedBy(grain), video).ConfigureAwait(false);
                    await state.ExecuteAsync(SampleSql.Succeed, new
                    {
                        request = grain.Id,
                        index = grain.Index,
                        key = video.Key,
                        frames,
                        timings,
                        seconds = time.TotalSeconds,
                    }).ConfigureAwait(false);
                    await BlobRecords.KillAsync(state, tenant, before.CheckpointKey).ConfigureAwait(false);
                    await BlobRecords.KillAsync(state, tenant, before.PreviewKey).ConfigureAwait(false);
                    await LongTurns.DoneAsync(state, activation).ConfigureAwait(false);
                    await RequestGrain.CollectAsync(state, tenant, grain.Id, succeeded: 1).ConfigureAwait(false);
                    return true;
                },
                cancellation).ConfigureAwait(false);
        }
        catch (FencedException)
        {
            // A commit whose answer was lost was tried again, and met its own work.
            if (await activation.OutcomeAsync(cancellation).ConfigureAwait(false) != "done") throw;
        }
    }

    private static string Comment(Work task, GrainKey grain) =>
        string.Create(CultureInfo.InvariantCulture, $"vgpnn ({task.EngineClass}), seed {task.Seed}, sample {grain.Index}");

    private static string TimingsJson(IEnumerable<LevelFinished> levels) => JsonSerializer.Serialize(levels.Select(l => new
    {
        level = l.Level.Index,
        resample = Math.Round(l.Timing.Resample.TotalMilliseconds, 2),
        search = Math.Round(l.Timing.Search.TotalMilliseconds, 2),
        vote = Math.Round(l.Timing.Vote.TotalMilliseconds, 2),
        distance = double.IsFinite(l.Timing.MeanDistance) ? l.Timing.MeanDistance : (double?)null,
    }));

    private sealed record Work
    {
        public required string Settings { get; init; }

        public required string Seed { get; init; }

        public required string Affinity { get; init; }

        public required string EngineClass { get; init; }
    }

    private sealed record InputRow
    {
        public required string Role { get; init; }

        public required string OriginalKey { get; init; }
    }
}

/// <summary>How samples are made on a node.</summary>
/// <param name="Threads">Threads for each sample, at least 1.</param>
/// <param name="CheckpointInterval">Checkpoints are no closer than this; what is lost to a crash is a little more. Zero: one after every level.</param>
public sealed record SampleOptions(int Threads, TimeSpan CheckpointInterval);

/// <summary>A long turn stopped after a checkpoint because its node asked it to, or because others wait.</summary>
public sealed class HandedBackException() : Exception("the turn was handed back");
