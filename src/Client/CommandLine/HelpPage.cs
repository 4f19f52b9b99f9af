using System.CommandLine;
using System.CommandLine.Invocation;
using Vgpnn.Client.Reporting;

namespace Vgpnn.Client.CommandLine;

/// <summary>The text of <c>--help</c>: what, how, every option with unit, range and default, and examples at the end.</summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int LeftColumn = 26;
    private static readonly (string, string) Help = ("-h, --help", "This text; after a command, that command's.");

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return ExitCode.Success;
    }

    public static void Write(Command command, TextWriter output)
    {
        int width = Math.Clamp(TerminalInfo.Width(Console.IsOutputRedirected), 60, 110);
        bool isRoot = command is RootCommand;
        Paragraph(output, command.Description!, width, "");
        output.WriteLine();
        output.WriteLine("Usage");
        output.WriteLine($"  {Usage(command, isRoot)}");
        Section(output, "Commands", command.Subcommands.Select(c => (c.Name, c.Description!)), width);
        Section(output, "Arguments", command.Arguments.Select(a => (a.Name, a.Description!)), width);
        IEnumerable<Option> own = command.Options.Where(o => o is ISetting && !o.Hidden);
        foreach (IGrouping<string, Option> group in own.GroupBy(o => ((ISetting)o).Group))
            Section(output, group.Key, group.Select(o => (Label(o), Explain(o))), width);
        Section(output, isRoot ? "Options" : "", isRoot ? [Help, ("--version", "The version.")] : [Help], width);
        WriteExamples(output, command, isRoot);
    }

    private static string Usage(Command command, bool isRoot)
    {
        if (isRoot) return $"{ProgramName.Current} COMMAND [options]";
        string arguments = string.Concat(command.Arguments.Select(a => $" {a.Name}"));
        string verb = command.Subcommands.Count > 0 ? " COMMAND" : "";
        return $"{ProgramName.Current} {Prefix(command)}{command.Name}{verb}{arguments} [options]";
    }

    /// <summary>What stands before a command's own name: that of the command that it belongs to.</summary>
    private static string Prefix(Command command) => command.Parents.OfType<Verb>().FirstOrDefault() is { } parent ? $"{parent.Name} " : "";

    private static string Label(Option option)
    {
        IEnumerable<string> names = option.Aliases.Except(((ISetting)option).Synonyms).Append(option.Name);
        string label = string.Join(", ", names.OrderBy(n => n.Length));
        return option.HelpName is null ? label : $"{label} {option.HelpName}";
    }

    private static string Explain(Option option)
    {
        if (option is not ISetting { Allowed: not "" } setting) return option.Description!;
        bool saysItAll = setting.Allowed is "a path" || option.HelpName!.Contains('|', StringComparison.Ordinal);
        return saysItAll
            ? $"{option.Description} [default: {setting.Default}]"
            : $"{option.Description} [{setting.Allowed}; default: {setting.Default}]";
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
