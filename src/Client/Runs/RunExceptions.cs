namespace Vgpnn.Client.Runs;

/// <summary>The user stopped a run that had begun to write.</summary>
internal sealed class RunInterruptedException(string message, string? hint) : Exception(message)
{
    /// <summary>What to do with what is there.</summary>
    public string? Hint { get; } = hint;
}

/// <summary>A repeated run gave other frames than those recorded.</summary>
internal sealed class NotIdenticalException(string message, string hint) : Exception(message)
{
    /// <summary>What may be the cause.</summary>
    public string Hint { get; } = hint;
}
