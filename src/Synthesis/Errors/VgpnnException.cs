namespace Vgpnn.Synthesis.Errors;

/// <summary>Cause of an error; the command line derives its exit code from it.</summary>
public enum ErrorKind
{
    /// <summary>Invalid options or combinations of options.</summary>
    Usage,

    /// <summary>An unusable input.</summary>
    Input,

    /// <summary>The machine lacks memory, a device, a program or disk space.</summary>
    Device,
}

/// <summary>An error that a user can resolve: a sentence that states the cause, and a hint that states what to do.</summary>
/// <param name="kind">Cause of the error.</param>
/// <param name="code">A stable name for programs, in kebab case: <c>input-too-small</c>.</param>
/// <param name="message">The cause, one sentence without a full stop at the end.</param>
/// <param name="hint">What to do; <c>null</c> if there is nothing to suggest.</param>
/// <param name="inner">The caught exception; <c>null</c> for none.</param>
public sealed class VgpnnException(ErrorKind kind, string code, string message, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Cause of the error.</summary>
    public ErrorKind Kind { get; } = kind;

    /// <summary>A stable name for programs, in kebab case.</summary>
    public string Code { get; } = code;

    /// <summary>What to do; <c>null</c> if there is nothing to suggest.</summary>
    public string? Hint { get; } = hint;
}
