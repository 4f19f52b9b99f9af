namespace Vgpnn.Contracts;

/// <summary>A size of a video.</summary>
/// <param name="Frames">Number of frames.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
public sealed record Size(int Frames, int Height, int Width);

/// <summary>The reason of a failure.</summary>
/// <param name="Code">Stable error code in kebab case.</param>
/// <param name="Message">What happened.</param>
public sealed record Failure(string Code, string Message);

/// <summary>A page of a list.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <param name="Items">The items, at most as many as requested.</param>
/// <param name="Next">The <c>cursor</c> of the next page; <c>null</c> on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next = null);

/// <summary>An error of the API (RFC 9457).</summary>
public sealed record Problem
{
    /// <summary>The media type.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>URI of the error type: <c>urn:vgpnn:problem:</c> followed by the code.</summary>
    public required string Type { get; init; }

    /// <summary>Summary of the error type.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened, in one sentence.</summary>
    public required string Detail { get; init; }

    /// <summary>Stable error code in kebab case.</summary>
    public required string Code { get; init; }

    /// <summary>What to do next.</summary>
    public string? Hint { get; init; }

    /// <summary>Errors in the request's body, by location; <c>null</c> if the error is not in the body.</summary>
    public IReadOnlyList<ProblemPlace>? Errors { get; init; }

    /// <summary>Trace id, to find the call in the server's log.</summary>
    public required string TraceId { get; init; }
}

/// <summary>An error at a location in the request's body.</summary>
/// <param name="Pointer">JSON pointer to the location (RFC 6901).</param>
/// <param name="Detail">What is wrong.</param>
public sealed record ProblemPlace(string Pointer, string Detail);
