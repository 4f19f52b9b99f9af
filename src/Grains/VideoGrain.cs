using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.State;
using Vgpnn.Grains.State.Sql;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Grains;

/// <summary>
/// A video that a tenant stored. Its long turn takes it in: what is it, can it be decoded to its end, what does it look like.
/// Key: the video's id; the same content is one video for a tenant.
/// </summary>
public sealed class VideoGrain(StateStore store, IBlobStore blobs, MediaLimits? limits = null)
{
    // Ingest decodes every frame, but small: that bounds what it holds.
    private const int IngestHeight = 144;
    private const long IngestBytes = 256L << 20;
    private const long IngestMemory = 512L << 20;

    private readonly MediaLimits _limits = limits ?? MediaLimits.Default;

    /// <summary>Stores a file and has it looked at. Content that is there already is not stored again.</summary>
    /// <param name="tenant">Whose it is.</param>
    /// <param name="name">What its owner calls it.</param>
    /// <param name="content">The file, read to its end.</param>
    /// <param name="maxBytes">A longer file is refused.</param>
    /// <param name="cancellation">Leaves nothing behind.</param>
    /// <exception cref="GrainException">The tenant's limit is reached, or there is no such tenant.</exception>
    /// <exception cref="BlobException">The file is too long, or could not be stored.</exception>
    public async Task<VideoStatus> StoreAsync(
        string tenant, string name, Stream content, long maxBytes = long.MaxValue, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        TenantRow room = await store.RunForAsync(tenant, state => TenantGrain.LockAsync(state, tenant), cancellation).ConfigureAwait(false);
        string video = Ids.New();
        string key = BlobKey.Original(tenant, video);
        BlobInfo blob = await blobs.PutAsync(key, content, Math.Clamp(room.MaxBytes - room.BytesStored, 1, maxBytes), cancellation).ConfigureAwait(false);
        VideoStatus status = await store.RunForAsync(
            tenant,
            async state =>
            {
                TenantRow limit = await TenantGrain.LockAsync(state, tenant).ConfigureAwait(false);
                var content = new { tenant, hash = blob.Sha256 };
                if (await state.FindAsync<VideoStatus>(VideoSql.FindContent, content).ConfigureAwait(false) is { } same) return same;
                if (limit.BytesStored + blob.Bytes > limit.MaxBytes)
                    throw new GrainException("quota-bytes", $"the file has {blob.Bytes} bytes, and {limit.MaxBytes - limit.BytesStored} are left", "delete videos or requests");
                if (limit.Queued + limit.Running + 1 > limit.MaxQueued)
                    throw new GrainException("quota-queued", $"{limit.MaxQueued} samples wait or run already", "wait for some to finish");
                await state.ExecuteAsync(VideoSql.Insert, new { video, tenant, hash = blob.Sha256, name, key }).ConfigureAwait(false);
                await BlobRecords.AddAsync(state, tenant, BlobRecords.OwnedBy(GrainKey.Video(video)), blob).ConfigureAwait(false);
                await TenantGrain.CountAsync(state, tenant, queued: 1).ConfigureAwait(false);
                await LongTurns.InsertAsync(
                    state, GrainKey.Video(video), tenant, new TurnNeeds(EngineClass.Cpu, IngestMemory, 1, null, Telemetry.Current)).ConfigureAwait(false);
                return await GetAsync(state, tenant, video).ConfigureAwait(false);
            },
            cancellation).ConfigureAwait(false);
        if (status.VideoId != video) await blobs.DeleteAsync(key, cancellation).ConfigureAwait(false);
        return status;
    }

    /// <summary>A video.</summary>
    /// <exception cref="GrainException">There is no such video of this tenant.</exception>
    public Task<VideoStatus> GetAsync(string tenant, string video, CancellationToken cancellation = default) =>
        store.RunForAsync(tenant, state => GetAsync(state, tenant, video), cancellation);

    /// <summary>A video, also one that was deleted while requests still know it; null: there is none.</summary>
    public Task<VideoStatus?> FindAnyAsync(string tenant, string video, CancellationToken cancellation = default) =>
        store.RunForAsync(tenant, state => state.FindAsync<VideoStatus>(VideoSql.FindAny, new { tenant, video }), cancellation);

    /// <summary>A page of a tenant's videos, the newest first.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="before">The last id of the page before; null: from the newest.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<IReadOnlyList<VideoStatus>> ListAsync(string tenant, string? before, int limit, CancellationToken cancellation = default) =>
        store.RunForAsync(tenant, state => state.QueryAsync<VideoStatus>(VideoSql.All, new { tenant, before = before ?? "~", limit }), cancellation);

    /// <summary>
    /// Deletes a video. Requests that are under way keep its bytes until they are finished; new ones do not find it.
    /// </summary>
    /// <exception cref="GrainException">There is no such video of this tenant.</exception>
    public Task DeleteAsync(string tenant, string video, CancellationToken cancellation = default) => store.RunForAsync(
        tenant,
        async state =>
        {
            await TenantGrain.LockAsync(state, tenant).ConfigureAwait(false);
            await GetAsync(state, tenant, video).ConfigureAwait(false);
            if (await LongTurns.LockAsync(state, GrainKey.Video(video)).ConfigureAwait(false) is { } turn)
                await LongTurns.RemoveAsync(state, turn, Outcome.Cancelled).ConfigureAwait(false);
            await state.ExecuteAsync(VideoSql.Delete, new { tenant, video }).ConfigureAwait(false);
            if (await state.ScalarAsync<long>(VideoSql.InUse, new { video }).ConfigureAwait(false) == 0)
                await BlobRecords.KillOwnedAsync(state, tenant, BlobRecords.OwnedBy(GrainKey.Video(video))).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>The long turn.</summary>
    /// <param name="activation">The hold on the grain.</param>
    /// <param name="work">A directory for files on the way.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <exception cref="VgpnnException">It is no video that can be used.</exception>
    internal async Task IngestAsync(Activation activation, WorkDirectory work, CancellationToken cancellation)
    {
        string video = activation.Grain.Id;
        string key = BlobKey.Original(activation.Tenant, video);
        using ScratchFile file = await work.FetchAsync(store, blobs, activation.Tenant, key, cancellation).ConfigureAwait(false);
        var read = new ReadOptions
        {
            MaxHeight = IngestHeight,
            Still = true,
            Limits = _limits with { MaxDecodedBytes = Math.Min(_limits.MaxDecodedBytes, IngestBytes) },
        };
        ReadResult result;
        try
        {
            result = await ClipReader.ReadAsync(file.Path, read, cancellation).ConfigureAwait(false);
        }
        catch (VgpnnException e)
        {
            // The file lies under a name of ours here, which tells its owner nothing.
            string name = (await FindAnyAsync(activation.Tenant, video, cancellation).ConfigureAwait(false))?.Name ?? "the file";
            throw new VgpnnException(e.Kind, e.Code, e.Message.Replace(Path.GetFileName(file.Path), name, StringComparison.Ordinal), e.Hint, e);
        }

        if (result.Clip.Height == result.Info.Height) work.Clips.Add(key, result.Clip);
        using var png = new MemoryStream(PngImage.Encode(result.Clip.Frames[0], result.Clip.Width, result.Clip.Height));
        string thumbnail = BlobKey.Written(activation.Tenant, activation.Grain, activation.Epoch, "thumbnail.png");
        BlobInfo stored = await blobs.PutAsync(thumbnail, png, cancellation: cancellation).ConfigureAwait(false);
        await activation.CommitAsync(
            async state =>
            {
                await BlobRecords.AddAsync(state, activation.Tenant, BlobRecords.OwnedBy(activation.Grain), stored).ConfigureAwait(false);
                await state.ExecuteAsync(VideoSql.Ready, new
                {
                    video,
                    frames = result.Clip.Frames.Count,
                    height = result.Info.Height,
                    width = result.Info.Width,
                    frameRate = result.Clip.FrameRate.ToString(),
                    thumbnail,
                    notices = string.Join('\n', result.Notices),
                }).ConfigureAwait(false);
                await LongTurns.DoneAsync(state, activation).ConfigureAwait(false);
                return true;
            },
            cancellation).ConfigureAwait(false);
    }

    internal static Task FailedAsync(StateTransaction state, GrainKey grain, string code, string error) =>
        state.ExecuteAsync(VideoSql.Fail, new { video = grain.Id, code, error });

    private static async Task<VideoStatus> GetAsync(StateTransaction state, string tenant, string video) =>
        await state.FindAsync<VideoStatus>(VideoSql.Find, new { tenant, video }).ConfigureAwait(false) ?? throw GrainException.NotFound("video");
}
