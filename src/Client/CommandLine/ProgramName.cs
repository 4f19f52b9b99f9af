namespace Vgpnn.Client.CommandLine;

/// <summary>The name that the user types to start the program.</summary>
internal static class ProgramName
{
    /// <summary>
    /// The launcher's name from <c>VGPNN_COMMAND</c>, such as <c>./vgpnn</c>, quoted for a shell, so that printed commands can be
    /// pasted.
    /// </summary>
    public static string Current { get; } =
        Environment.GetEnvironmentVariable("VGPNN_COMMAND") is { Length: > 0 } launcher ? launcher : "vgpnn";

    /// <summary>The program's version.</summary>
    public static string Version { get; } = typeof(ProgramName).Assembly.GetName().Version!.ToString(3);
}
