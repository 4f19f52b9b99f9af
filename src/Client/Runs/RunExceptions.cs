namespace Vgpnn.Client.Runs;

/// <summary>The user interrupted a run that had started to write.</summary>
internal sealed class RunInterruptedException(string message, string? hint) : Exception(message)
{
    /// <summary>What to do next.</summary>
    public string? Hint { get; } = hint;
}

/// <summary>The frames of a repeated run differ from the recorded ones.</summary>
internal sealed class NotIdenticalException(string message, string hint) : Exception(message)
{
    /// <summary>The possible cause.</summary>
    public string Hint { get; } = hint;
}
