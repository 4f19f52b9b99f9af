using Vgpnn.Contracts;

namespace Vgpnn.Silo.Api;

/// <summary>An answer that is a problem.</summary>
internal sealed class ApiException(int status, string code, string message, string? hint = null, IReadOnlyList<ProblemPlace>? errors = null)
    : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public string? Hint { get; } = hint;

    public IReadOnlyList<ProblemPlace>? Errors { get; } = errors;

    /// <summary>Seconds after which it is worth trying again; null: nothing is said.</summary>
    public int? RetryAfter { get; init; }
}
