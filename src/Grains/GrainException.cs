namespace Vgpnn.Grains;

/// <summary>A call that cannot be fulfilled: one sentence that names the cause, and a code for programs.</summary>
[GenerateSerializer, Alias("vgpnn.grain-exception")]
public sealed class GrainException : Exception
{
    private const string FencedCode = "fenced", UnavailableCode = "storage-unavailable", ClusterUnavailableCode = "cluster-unavailable";

    /// <param name="code">A stable name in kebab case: <c>not-found</c>, <c>quota-queued</c>.</param>
    /// <param name="message">The cause, one sentence without a full stop at the end.</param>
    /// <param name="hint">The way out, if there is one.</param>
    /// <param name="inner">What caused it, for logs.</param>
    public GrainException(string code, string message, string? hint = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Hint = hint;
    }

    /// <summary>A stable name in kebab case.</summary>
    [Id(0)]
    public string Code { get; }

    /// <summary>The way out, if there is one.</summary>
    [Id(1)]
    public string? Hint { get; }

    /// <summary>Whether the attempt was replaced or its work cancelled: nothing was written, and the work is to stop at once.</summary>
    public bool IsFenced => Code == FencedCode;

    /// <summary>Whether the storage could not be reached: the call may have succeeded, and can be repeated.</summary>
    public bool IsUnavailable => Code == UnavailableCode;

    /// <summary>Whether the storage or the grain's silo could not be reached: the call can be repeated.</summary>
    public bool IsTransient => Code is UnavailableCode or ClusterUnavailableCode;

    /// <summary>Something that does not exist or is another tenant's: the two are answered alike.</summary>
    public static GrainException NotFound(string what) => new("not-found", $"there is no such {what}");

    internal static GrainException Fenced() => new(FencedCode, "the attempt was replaced or cancelled");

    internal static GrainException Unavailable(Exception? cause = null) => new(UnavailableCode, "the storage does not answer at the moment", null, cause);

    internal static GrainException ClusterUnavailable(Exception cause) =>
        new(ClusterUnavailableCode, "the server is being restarted or cannot be reached at the moment", null, cause);
}
