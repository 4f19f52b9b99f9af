namespace Vgpnn.Client.Api;

/// <summary>The server rejected a call, failed, or could not be reached.</summary>
/// <param name="code">The problem's code; <c>server-unreachable</c> without a response.</param>
/// <param name="message">What happened.</param>
/// <param name="hint">What to do next; <c>null</c> if unknown.</param>
internal sealed class RemoteException(string code, string message, string? hint = null) : Exception(message)
{
    public string Code { get; } = code;

    public string? Hint { get; } = hint;

    /// <summary>The HTTP status; 0 without a response.</summary>
    public int Status { get; init; }

    /// <summary>How long the server asks to wait; <c>null</c> if it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether a retry may succeed.</summary>
    public bool IsTransient => Status is 0 or 408 or 429 or 502 or 503 or 504 || Code == "video-not-ready";
}
