using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Silo.Api.Edge;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Silo.Api.Errors;

/// <summary>Answers every failure with a problem (RFC 9457) with a stable code, which tells nothing internal.</summary>
internal sealed partial class Problems(RequestDelegate next, ILogger<Problems> log)
{
    private const int RetrySeconds = 5, QuotaRetrySeconds = 10;

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
            // The caller does not read the answer.
            LogAborted(log, e.GetType().Name, context.Request.Path);
            if (!context.Response.HasStarted) context.Response.StatusCode = StatusCodes.Status408RequestTimeout;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            ApiException problem = Of(e);
            if (problem.Status == 503) LogUnavailable(log, context.Request.Method, context.Request.Path, e.GetBaseException().Message);
            else if (problem.Status >= 500) LogError(log, e, context.Request.Method, context.Request.Path);
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
        400 => new ApiException(400, "bad-host", "this server does not answer requests for this host name", "add it to the setting Hosts"),
        404 => new ApiException(404, "not-found", "not found"),
        405 => new ApiException(405, "method-not-allowed", $"method {context.Request.Method} is not allowed for this resource"),
        415 => UnsupportedMediaType(),
        var status => new ApiException(status, $"http-{status}", "the request was refused"),
    };

    private static ApiException Of(Exception failure) => failure switch
    {
        ApiException e => e,
        GrainException e => OfGrain(e),
        VgpnnException { Kind: not ErrorKind.Device } e => new ApiException(422, e.Code, e.Message, e.Hint),

        // What the server finds wrong with a body reaches the blob store as a failure of the stream that it reads.
        BlobException { InnerException: BadHttpRequestException body } => Of(body),
        BlobException { Code: "blob-too-large" } => new ApiException(413, "too-large", "the upload is larger than allowed", "GET /v1/limits returns the limit"),
        BlobException { Code: "blob-missing" } => new ApiException(404, "not-found", "there is no such content"),
        BlobException => new ApiException(503, "blobs-unavailable", "stored content cannot be read or written at the moment") { RetryAfter = RetrySeconds },
        BadHttpRequestException { StatusCode: 413 } => new ApiException(413, "too-large", "the body is larger than allowed"),
        BadHttpRequestException { StatusCode: 408 } => new ApiException(408, "too-slow", "the body arrived too slowly"),
        BadHttpRequestException { InnerException: JsonException json } => OfJson(json),
        BadHttpRequestException { StatusCode: 415 } => UnsupportedMediaType(),
        BadHttpRequestException e when e.Message.StartsWith("Implicit body", StringComparison.Ordinal) => new ApiException(400, "bad-json", "the request body is missing"),
        BadHttpRequestException e => new ApiException(e.StatusCode, "bad-request", Plain(e.Message)),
        _ => Internal(),
    };

    private static ApiException OfGrain(GrainException e)
    {
        // Nothing that a caller asked for can be fenced.
        if (e.IsFenced) return Internal();
        if (e.IsTransient) return new ApiException(503, e.IsUnavailable ? "database-unavailable" : e.Code, e.Message) { RetryAfter = RetrySeconds };
        bool quota = e.Code.StartsWith("quota-", StringComparison.Ordinal);
        int status = e.Code switch
        {
            "not-found" => 404,
            "video-not-ready" or "video-failed" or "already-over" or "name-taken" or "request-deleting" => 409,
            _ => quota ? 429 : 422,
        };
        return new ApiException(status, e.Code, e.Message, e.Hint) { RetryAfter = quota ? QuotaRetrySeconds : null };
    }

    private static ApiException Internal() => new(500, "internal", "internal error; see the server log");

    private static ApiException UnsupportedMediaType() => new(415, "media-type", "unsupported media type", "send application/json");

    private static ApiException OfJson(JsonException e)
    {
        string pointer = "/" + (e.Path ?? "$").TrimStart('$').Replace('[', '/').Replace("]", "", StringComparison.Ordinal).Replace('.', '/').TrimStart('/');
        string detail = e.Message.Contains("could not be mapped", StringComparison.Ordinal) ? "unknown member"
            : e.Message.Contains("could not be converted", StringComparison.Ordinal) ? NamesOf(e.Message) is { Length: > 0 } names ? $"must be one of: {names}" : "invalid value"
            : e.Message.Contains("missing required", StringComparison.Ordinal) ? $"missing member: {e.Message.Split(':')[^1].Trim().TrimEnd('.')}"
            : e.Message.Contains("type '", StringComparison.Ordinal) || e.Message.Contains("'System.", StringComparison.Ordinal) ? "invalid value"
            : e.Message.Split(" Path:", 2)[0];
        return new ApiException(400, "bad-json", "invalid request body", null, [new ProblemPlace(pointer, detail)]);
    }

    // The names of an enum of the API that a value was not one of; empty for other types.
    private static string NamesOf(string message)
    {
        Type? type = message.Split([' ', '`', ']'], StringSplitOptions.RemoveEmptyEntries)
            .Where(word => word.StartsWith("Vgpnn.Contracts.", StringComparison.Ordinal))
            .Select(word => typeof(ApiJson).Assembly.GetType(word.TrimEnd('.', ','))).FirstOrDefault(t => t is { IsEnum: true });
        return type is null ? "" : string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName));
    }

    // The framework's sentences name C# types.
    private static string Plain(string message) => message.Split('"') is [_, var parameter, ..] && message.StartsWith("Failed to bind", StringComparison.Ordinal)
        ? $"invalid value of {parameter.Split(' ')[^1]}"
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

    [LoggerMessage(702, LogLevel.Debug, "The caller of {Path} disconnected ({Reason})")]
    private static partial void LogAborted(ILogger log, string reason, string path);

    [LoggerMessage(703, LogLevel.Warning, "{Method} {Path} cannot be answered at the moment: {Reason}")]
    private static partial void LogUnavailable(ILogger log, string method, string path, string reason);
}
