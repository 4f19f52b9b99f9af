namespace Vgpnn.Grains.State.Sql;

internal static class SampleSql
{
    private const string Columns =
        "request_id, sample_index, state, fraction, level, checkpoint_key, preview_key, preview_level, preview_frames, video_key, frames_sha256, timings, error_code, error, seconds, changed_at, finished_at";

    /// <summary>Nothing happens where the sample was cancelled before its turn came near.</summary>
    public const string Insert =
        """
        INSERT INTO samples (request_id, sample_index, tenant_id, state, changed_at) VALUES (@request, @index, @tenant, 'queued', {now})
        ON CONFLICT (request_id, sample_index) DO NOTHING
        """;

    public const string InsertCancelled =
        """
        INSERT INTO samples (request_id, sample_index, tenant_id, state, finished_at, changed_at) VALUES (@request, @index, @tenant, 'cancelled', {now}, {now})
        """;

    public const string Find =
        $"SELECT {Columns} FROM samples WHERE request_id = @request AND sample_index = @index AND tenant_id = @tenant";

    public const string All =
        $"SELECT {Columns} FROM samples WHERE request_id = @request AND tenant_id = @tenant AND sample_index > @after ORDER BY sample_index LIMIT @limit";

    public const string SetState = "UPDATE samples SET state = @state, changed_at = {now} WHERE request_id = @request AND sample_index = @index";

    public const string Checkpoint =
        """
        UPDATE samples SET level = @level, fraction = @fraction, checkpoint_key = @key, changed_at = {now}
        WHERE request_id = @request AND sample_index = @index
        """;

    public const string Preview =
        """
        UPDATE samples SET preview_key = @key, preview_level = @level, preview_frames = @frames,
            fraction = CASE WHEN fraction > @fraction THEN fraction ELSE @fraction END, changed_at = {now}
        WHERE request_id = @request AND sample_index = @index
        """;

    public const string DropCheckpoint =
        """
        UPDATE samples SET level = NULL, fraction = 0, checkpoint_key = NULL, changed_at = {now} WHERE request_id = @request AND sample_index = @index
        """;

    public const string Succeed =
        """
        UPDATE samples SET state = 'succeeded', fraction = 1, level = 0, checkpoint_key = NULL, preview_key = NULL, preview_level = NULL, preview_frames = NULL,
            video_key = @key, frames_sha256 = @frames,
            timings = @timings, seconds = @seconds, finished_at = {now}, changed_at = {now}
        WHERE request_id = @request AND sample_index = @index
        """;

    public const string Fail =
        """
        UPDATE samples SET state = 'failed', error_code = @code, error = @error, finished_at = {now}, changed_at = {now}
        WHERE request_id = @request AND sample_index = @index
        """;

    public const string Cancel =
        "UPDATE samples SET state = 'cancelled', finished_at = {now}, changed_at = {now} WHERE request_id = @request AND sample_index = @index";

    /// <summary>Samples of a tenant that changed since a moment; of one request, or of all.</summary>
    public const string Changed =
        $"""
        SELECT {Columns} FROM samples
        WHERE tenant_id = @tenant AND changed_at >= @since AND (@request IS NULL OR request_id = @request)
        ORDER BY changed_at LIMIT @limit
        """;

    public const string Unfinished =
        "SELECT sample_index FROM samples WHERE request_id = @request AND state IN ('queued', 'running') ORDER BY sample_index";
}
