using System.CommandLine;
using System.CommandLine.Invocation;
using Vgpnn.Client.Reporting;

namespace Vgpnn.Client.CommandLine;

/// <summary>The text of <c>--help</c>: purpose, usage, all options with unit, range and default, and examples.</summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int LeftColumn = 26;
    private const string Advanced = "--advanced";
    private static readonly (string, string) Help = ("-h, --help", "Show help for vgpnn or a command");
    private static readonly (string, string) MoreHelp = ("-h, --help", $"Show this help; add {Advanced} for the verification options");

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output, parseResult.Tokens.Any(t => t.Value == Advanced));
        return ExitCode.Success;
    }

    /// <param name="command">The command.</param>
    /// <param name="output">Receives the help text.</param>
    /// <param name="advanced">Whether options for verification are listed.</param>
    public static void Write(Command command, TextWriter output, bool advanced = false)
    {
        int width = Math.Clamp(TerminalInfo.Width(Console.IsOutputRedirected), 60, 110);
        bool isRoot = command is RootCommand;
        Paragraph(output, command.Description!, width, "");
        output.WriteLine();
        output.WriteLine("Usage");
        output.WriteLine($"  {Usage(command, isRoot)}");
        Section(output, "Commands", command.Subcommands.Select(c => (c.Name, c.Description!)), width);
        Section(output, "Arguments", command.Arguments.Select(a => (a.Name, a.Description!)), width);
        IEnumerable<Option> own = command.Options.Where(o => o is ISetting setting && (advanced || !setting.IsAdvanced));
        (string, string) help = command.Options.Any(o => o is ISetting { IsAdvanced: true }) ? MoreHelp : Help;
        foreach (IGrouping<string, Option> group in own.GroupBy(o => ((ISetting)o).Group))
            Section(output, group.Key, group.Select(o => (Label(o), Explain(o))), width);
        Section(output, isRoot ? "Options" : "", isRoot ? [help, ("--version", "Show the version")] : [help], width);
        WriteExamples(output, command, isRoot);
    }

    private static string Usage(Command command, bool isRoot)
    {
        if (isRoot) return $"{ProgramName.Current} COMMAND [options]";
        string arguments = string.Concat(command.Arguments.Select(a => $" {a.Name}"));
        string verb = command.Subcommands.Count > 0 ? " COMMAND" : "";
        return $"{ProgramName.Current} {Prefix(command)}{command.Name}{verb}{arguments} [options]";
    }

    /// <summary>The parent command's name with a space; empty without a parent.</summary>
    private static string Prefix(Command command) => command.Parents.OfType<Verb>().FirstOrDefault() is { } parent ? $"{parent.Name} " : "";

    private static string Label(Option option)
    {
        string label = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(n => n.Length));
        return option.HelpName is null ? label : $"{label} {option.HelpName}";
    }

    private static string Explain(Option option)
    {
        string effect = option.Description!.TrimEnd('.');
        if (option is not ISetting { Allowed: not "" } setting) return effect;
        string range = setting.Range.Length == 0 || (setting.Range == setting.Allowed && option.HelpName!.Contains('|', StringComparison.Ordinal)) ? "" : $"{setting.Range}; ";
        return $"{effect} ({range}default {setting.Default})";
    }

    private static void Section(TextWriter output, string title, IEnumerable<(string Left, string Right)> rows, int width)
    {
        (string Left, string Right)[] all = [.. rows];
        if (all.Length == 0) return;
        if (title.Length > 0)
        {
            output.WriteLine();
            output.WriteLine(title);
        }

        foreach ((string left, string right) in all)
        {
            string label = $"  {left}".PadRight(LeftColumn);
            if (label.Length > LeftColumn)
            {
                output.WriteLine(label);
                label = new string(' ', LeftColumn);
            }

            output.Write(label);
            Paragraph(output, right, width - LeftColumn, new string(' ', LeftColumn));
        }
    }

    private static void WriteExamples(TextWriter output, Command command, bool isRoot)
    {
        IEnumerable<Example> examples = isRoot
            ? command.Subcommands.OfType<Verb>().Select(v => v.Examples[0])
            : ((Verb)command).Examples;
        output.WriteLine();
        output.WriteLine("Examples");
        foreach (Example example in examples)
        {
            output.WriteLine($"  {ProgramName.Current} {Prefix(command)}{example.Arguments}");
            output.WriteLine($"      {example.Effect}");
        }
    }

    /// <summary>Writes words, breaking lines at the width; lines after the first begin with the indent.</summary>
    private static void Paragraph(TextWriter output, string text, int width, string indent)
    {
        int column = 0;
        foreach (string word in text.Split(' '))
        {
            if (column > 0 && column + 1 + word.Length > width)
            {
                output.WriteLine();
                output.Write(indent);
                column = 0;
            }

            output.Write(column > 0 ? $" {word}" : word);
            column += word.Length + (column > 0 ? 1 : 0);
        }

        output.WriteLine();
    }
}
