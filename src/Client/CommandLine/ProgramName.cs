namespace Vgpnn.Client.CommandLine;

/// <summary>What the user types to start the program.</summary>
internal static class ProgramName
{
    /// <summary>
    /// The launcher's own name for itself in <c>VGPNN_COMMAND</c>, such as <c>./vgpnn</c>, quoted for a shell, so that what
    /// is printed can be pasted.
    /// </summary>
    public static string Current { get; } =
        Environment.GetEnvironmentVariable("VGPNN_COMMAND") is { Length: > 0 } launcher ? launcher : "vgpnn";

    /// <summary>Version of the program.</summary>
    public static string Version { get; } = typeof(ProgramName).Assembly.GetName().Version!.ToString(3);
}
