namespace Vgpnn.Client.Api;

/// <summary>The server refused, failed, or could not be reached.</summary>
/// <param name="code">The problem's code; <c>server-unreachable</c> where there was no answer.</param>
/// <param name="message">The cause.</param>
/// <param name="hint">The way out, if there is one.</param>
internal sealed class RemoteException(string code, string message, string? hint = null) : Exception(message)
{
    public string Code { get; } = code;

    public string? Hint { get; } = hint;

    /// <summary>The HTTP status; 0: there was no answer.</summary>
    public int Status { get; init; }

    /// <summary>How long the server asks to wait; null: it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same may well succeed a moment later.</summary>
    public bool IsTransient => Status is 0 or 408 or 429 or 502 or 503 or 504 || Code == "video-not-ready";
}
