namespace Vgpnn.Synthesis.Errors;

/// <summary>Whose fault an error is; the command line turns it into its exit code.</summary>
public enum ErrorKind
{
    /// <summary>An option or a combination of options that cannot be.</summary>
    Usage,

    /// <summary>An input that cannot be used.</summary>
    Input,

    /// <summary>The machine lacks what the work needs: memory, a device, a program, disk space.</summary>
    Device,
}

/// <summary>An error that a user can act upon: one sentence that names the cause, and a hint that names the way out.</summary>
/// <param name="kind">Whose fault it is.</param>
/// <param name="code">A stable name for programs, in kebab case: <c>input-too-small</c>.</param>
/// <param name="message">The cause, one sentence without a full stop at the end.</param>
/// <param name="hint">The way out, if there is one.</param>
/// <param name="inner">What was caught, if anything.</param>
public sealed class VgpnnException(ErrorKind kind, string code, string message, string? hint = null, Exception? inner = null)
    : Exception(message, inner)
{
    /// <summary>Whose fault it is.</summary>
    public ErrorKind Kind { get; } = kind;

    /// <summary>A stable name for programs, in kebab case.</summary>
    public string Code { get; } = code;

    /// <summary>The way out, if there is one.</summary>
    public string? Hint { get; } = hint;
}
