using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Blobs;
using Vgpnn.Synthesis;

namespace Vgpnn.Silo.Api;

/// <summary>Turns whatever goes wrong into a problem (RFC 9457) with a stable code, and tells no more than concerns the caller.</summary>
internal sealed partial class Problems(RequestDelegate next, ILogger<Problems> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response.HasStarted || context.Response.StatusCode < 400) return;
            await WriteAsync(context, OfStatus(context));
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads the answer any more.
            LogAborted(log, e.GetType().Name, context.Request.Path);
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status408RequestTimeout;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            ApiException problem = Of(e);
            if (problem.Status >= 500) LogError(log, e, context.Request.Method, context.Request.Path);
            await WriteAsync(context, problem);
        }
        catch (Exception e)
        {
            LogError(log, e, context.Request.Method, context.Request.Path);
            context.Abort();
        }
    }

    private static ApiException OfStatus(HttpContext context) => context.Response.StatusCode switch
    {
        404 => new ApiException(404, "not-found", "there is nothing at this address"),
        405 => new ApiException(405, "method-not-allowed", $"{context.Request.Method} means nothing here"),
        415 => new ApiException(415, "media-type", "a body of this kind is not taken here", "send application/json"),
        var status => new ApiException(status, $"http-{status}", "the request was refused"),
    };

    private static ApiException Of(Exception failure) => failure switch
    {
        ApiException e => e,
        GrainException e => new ApiException(StatusOf(e.Code), e.Code, e.Message, e.Hint) { RetryAfter = e.Code.StartsWith("quota-", StringComparison.Ordinal) ? 10 : null },
        VgpnnException { Kind: not ErrorKind.Device } e => new ApiException(422, e.Code, e.Message, e.Hint),
        // What the server says of a body reaches the store as a failure of the stream that it reads.
        BlobException { InnerException: BadHttpRequestException body } => Of(body),
        BlobException { Code: "blob-too-large" } => new ApiException(413, "too-large", "the upload is larger than is allowed", "GET /v1/limits says how much is"),
        BlobException => new ApiException(503, "blobs-unavailable", "stored content cannot be read or written now") { RetryAfter = 5 },
        BadHttpRequestException { StatusCode: 413 } => new ApiException(413, "too-large", "the body is larger than is allowed"),
        BadHttpRequestException { StatusCode: 408 } => new ApiException(408, "too-slow", "the body came too slowly"),
        BadHttpRequestException { InnerException: JsonException json } => OfJson(json),
        BadHttpRequestException { StatusCode: 415 } => new ApiException(415, "media-type", "a body of this kind is not taken here", "send application/json"),
        BadHttpRequestException e when e.Message.StartsWith("Implicit body", StringComparison.Ordinal) => new ApiException(400, "bad-json", "the body is missing"),
        BadHttpRequestException e => new ApiException(e.StatusCode, "bad-request", Plain(e.Message)),
        DbException or TimeoutException => new ApiException(503, "database-unavailable", "the database does not answer now") { RetryAfter = 5 },
        _ => new ApiException(500, "internal", "an error inside; the server's log tells more"),
    };

    private static int StatusOf(string code) => code switch
    {
        "not-found" => 404,
        "video-not-ready" or "video-failed" or "already-over" or "name-taken" => 409,
        _ when code.StartsWith("quota-", StringComparison.Ordinal) => 429,
        _ => 422,
    };

    private static ApiException OfJson(JsonException e)
    {
        string pointer = "/" + (e.Path ?? "$").TrimStart('$').Replace('[', '/').Replace("]", "", StringComparison.Ordinal).Replace('.', '/').TrimStart('/');
        string detail = e.Message.Contains("could not be mapped", StringComparison.Ordinal) ? "there is no such member"
            : e.Message.Contains("could not be converted", StringComparison.Ordinal) ? "this is no value that is taken here"
            : e.Message.Contains("missing required", StringComparison.Ordinal) ? $"a member is missing: {e.Message.Split(':')[^1].Trim().TrimEnd('.')}"
            : e.Message.Contains("type '", StringComparison.Ordinal) || e.Message.Contains("'System.", StringComparison.Ordinal) ? "this cannot be read"
            : e.Message.Split(" Path:", 2)[0];
        return new ApiException(400, "bad-json", "the body is not the JSON that is taken here", null, [new ProblemPlace(pointer, detail)]);
    }

    // The framework's sentences name C# types; what is before them is for people.
    private static string Plain(string message) => message.Split('"') is [_, var parameter, ..] && message.StartsWith("Failed to bind", StringComparison.Ordinal)
        ? $"{parameter.Split(' ')[^1]} cannot be read"
        : message.StartsWith("Required parameter", StringComparison.Ordinal) ? "a parameter or the body is missing" : message.TrimEnd('.');

    private static async Task WriteAsync(HttpContext context, ApiException problem)
    {
        HttpResponse response = context.Response;
        response.Clear();
        PageHeaders.Set(context);
        response.StatusCode = problem.Status;
        if (problem.Status == 401) response.Headers.WWWAuthenticate = "Bearer";
        if (problem.RetryAfter is { } seconds) response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var body = new Problem
        {
            Type = $"urn:vgpnn:problem:{problem.Code}",
            Title = Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(problem.Status),
            Status = problem.Status,
            Detail = problem.Message,
            Code = problem.Code,
            Hint = problem.Hint,
            Errors = problem.Errors,
            TraceId = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier,
        };
        await response.WriteAsJsonAsync(body, ApiJson.Options, Problem.ContentType, CancellationToken.None);
    }

    [LoggerMessage(701, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogError(ILogger log, Exception error, string method, string path);

    [LoggerMessage(702, LogLevel.Debug, "The caller of {Path} is gone ({Reason})")]
    private static partial void LogAborted(ILogger log, string reason, string path);
}
