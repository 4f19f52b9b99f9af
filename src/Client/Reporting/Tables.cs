using Spectre.Console;
using Spectre.Console.Rendering;

namespace Vgpnn.Client.Reporting;

/// <summary>Creates and writes tables with a common layout.</summary>
internal static class Tables
{
    private const int WideEnough = 160;

    /// <summary>Writes to stdout, with colours and bold text only if the terminal supports them.</summary>
    public static void Write(params IRenderable[] parts)
    {
        bool plain = Console.IsOutputRedirected || TerminalInfo.IsDumb;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain || !TerminalInfo.HasColor ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Console.Out),
        });

        // Output to a file is not wrapped.
        console.Profile.Width = Console.IsOutputRedirected ? WideEnough : TerminalInfo.Width(redirected: false);
        foreach (IRenderable part in parts) console.Write(part);
    }

    /// <summary>Creates a table.</summary>
    public static Table New(params string[] columns)
    {
        Table table = new Table().RoundedBorder().BorderColor(Color.Grey);
        foreach (string column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        return table;
    }
}
