using System.Text.Json;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.Reporting;

/// <summary>Reports an error as a message and a hint, and selects the exit code.</summary>
internal static class ErrorReport
{
    /// <summary>Reports the error; prints the stack trace only if <c>VGPNN_DEBUG</c> is set.</summary>
    /// <param name="error">The exception.</param>
    /// <param name="interrupted">Whether the user interrupted the program, which takes precedence over the exception.</param>
    /// <param name="json">Whether to write JSON to stdout.</param>
    /// <returns>The exit code.</returns>
    public static int Write(Exception error, bool interrupted, bool json)
    {
        (int exitCode, string code, string message, string? hint) = Describe(error, interrupted);
        bool debug = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("VGPNN_DEBUG"));
        if (debug) Console.Error.WriteLine(error);
        if (json) WriteJson(code, message, hint);
        else WriteText(message, hint);
        return exitCode;
    }

    /// <summary>Writes a line and a hint to stderr.</summary>
    public static void WriteText(string message, string? hint)
    {
        Console.Error.WriteLine($"vgpnn: {HumanText.OneLine(message)}");
        if (hint is not null) Console.Error.WriteLine($"hint: {HumanText.OneLine(hint)}");
    }

    /// <summary>Writes a JSON object to stdout.</summary>
    public static void WriteJson(string code, string message, string? hint) =>
        Console.Out.WriteLine(JsonSerializer.Serialize(new ErrorEvent(code, message, hint), RunEventJson.Lines.RunEvent));

    private static (int ExitCode, string Code, string Message, string? Hint) Describe(Exception error, bool interrupted) => error switch
    {
        Runs.RunInterruptedException e => (ExitCode.Interrupted, "interrupted", e.Message, e.Hint),
        _ when interrupted => (ExitCode.Interrupted, "interrupted", "interrupted; nothing was written", null),
        Api.RemoteException e => (ExitCode.Remote, e.Code, e.Message, e.Hint),
        VgpnnException e => (ExitCode.Of(e.Kind), e.Code, e.Message, e.Hint),
        Runs.NotIdenticalException e => (ExitCode.Internal, "not-identical", e.Message, e.Hint),
        OutOfMemoryException => (
            ExitCode.Device, "out-of-memory", "out of memory", "use a smaller --max-height or fewer --frames"),
        UnauthorizedAccessException or IOException => (ExitCode.Device, "file-system", error.Message, null),
        _ => (
            ExitCode.Internal, "internal", $"internal error: {error.GetType().Name}: {error.Message}",
            "this is a bug; run the command with VGPNN_DEBUG=1 to see the stack trace"),
    };
}
