using System.Text.Json;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.Reporting;

/// <summary>Tells of an error in one line and a hint, and chooses the exit code.</summary>
internal static class ErrorReport
{
    /// <summary>Reports the error; the stack trace only where <c>VGPNN_DEBUG</c> is set.</summary>
    /// <param name="error">What was thrown.</param>
    /// <param name="interrupted">Whether the user stopped the program: then nothing else is to blame.</param>
    /// <param name="json">Whether a program reads standard output.</param>
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

    /// <summary>One line and a hint on standard error.</summary>
    public static void WriteText(string message, string? hint)
    {
        Console.Error.WriteLine($"vgpnn: {HumanText.OneLine(message)}");
        if (hint is not null) Console.Error.WriteLine($"hint: {HumanText.OneLine(hint)}");
    }

    /// <summary>One object on standard output.</summary>
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
            ExitCode.Device, "out-of-memory", "there is not enough memory", "--max-height or --frames make the work smaller"),
        UnauthorizedAccessException or IOException => (ExitCode.Device, "file-system", error.Message, null),
        _ => (
            ExitCode.Internal, "internal", $"this is a fault of the program: {error.GetType().Name}: {error.Message}",
            "VGPNN_DEBUG=1 in front of the command shows where"),
    };
}
