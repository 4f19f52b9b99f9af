namespace Vgpnn.Grains;

/// <summary>Something that a caller asked for and that cannot be: one sentence that names the cause, and a code for programs.</summary>
/// <param name="code">A stable name in kebab case: <c>not-found</c>, <c>quota-queued</c>.</param>
/// <param name="message">The cause, one sentence without a full stop at the end.</param>
/// <param name="hint">The way out, if there is one.</param>
public sealed class GrainException(string code, string message, string? hint = null) : Exception(message)
{
    /// <summary>A stable name in kebab case.</summary>
    public string Code { get; } = code;

    /// <summary>The way out, if there is one.</summary>
    public string? Hint { get; } = hint;

    /// <summary>What is not there, or is another tenant's: the two are answered alike.</summary>
    public static GrainException NotFound(string what) => new("not-found", $"there is no such {what}");
}

/// <summary>
/// The activation is no longer the grain's: another one took its place, or the work was cancelled. Nothing of what was
/// to be written was written; the work is to stop at once.
/// </summary>
public sealed class FencedException(GrainKey grain, long epoch)
    : Exception($"activation {epoch} of {grain} has been replaced");
