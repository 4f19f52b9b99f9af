namespace Vgpnn.Contracts;

/// <summary>A size in voxels.</summary>
/// <param name="Frames">Frames.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public sealed record Size(int Frames, int Height, int Width);

/// <summary>Why something cannot be had.</summary>
/// <param name="Code">A stable name in kebab case.</param>
/// <param name="Message">One sentence.</param>
public sealed record Failure(string Code, string Message);

/// <summary>A part of a list.</summary>
/// <typeparam name="T">What it lists.</typeparam>
/// <param name="Items">At most as many as were asked for.</param>
/// <param name="Next">What to give as <c>cursor</c> for the next part; null: this was the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next = null);

/// <summary>An error of the API (RFC 9457).</summary>
public sealed record Problem
{
    /// <summary>The media type.</summary>
    public const string ContentType = "application/problem+json";

    /// <summary>The kind of error as an address: <c>urn:vgpnn:problem:</c> and the code.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of error in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>The cause, one sentence.</summary>
    public required string Detail { get; init; }

    /// <summary>A stable name in kebab case.</summary>
    public required string Code { get; init; }

    /// <summary>The way out, if there is one.</summary>
    public string? Hint { get; init; }

    /// <summary>Where in the body of the request the fault lies; null: it has no such place.</summary>
    public IReadOnlyList<ProblemPlace>? Errors { get; init; }

    /// <summary>Finds this answer in the server's log.</summary>
    public required string TraceId { get; init; }
}

/// <summary>A place in a body.</summary>
/// <param name="Pointer">A JSON pointer (RFC 6901).</param>
/// <param name="Detail">What is wrong there.</param>
public sealed record ProblemPlace(string Pointer, string Detail);
