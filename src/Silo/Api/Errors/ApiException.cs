using Vgpnn.Contracts;

namespace Vgpnn.Silo.Api.Errors;

/// <summary>A call that is answered with a problem.</summary>
internal sealed class ApiException(int status, string code, string message, string? hint = null, IReadOnlyList<ProblemPlace>? errors = null)
    : Exception(message)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    public string? Hint { get; } = hint;

    public IReadOnlyList<ProblemPlace>? Errors { get; } = errors;

    /// <summary>Seconds after which the call can be repeated; <c>null</c>: not told.</summary>
    public int? RetryAfter { get; init; }
}
