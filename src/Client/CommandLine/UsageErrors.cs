using System.CommandLine;
using System.CommandLine.Parsing;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.CommandLine;

/// <summary>Converts the parser's errors to a message and a hint.</summary>
internal static class UsageErrors
{
    /// <exception cref="VgpnnException">Kind Usage: the first error.</exception>
    public static void ThrowIfAny(ParseResult parse, IReadOnlyList<string> arguments)
    {
        Command command = parse.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parse.UnmatchedTokens.Count > 0) throw UnknownCommand(command, parse.UnmatchedTokens[0]);
        ThrowIfFlagHasValue(command, arguments);
        ThrowIfOptionIsTakenForValue(parse, command);
        foreach (ParseError error in parse.Errors)
        {
            if (error.SymbolResult is OptionResult option) throw BadOption(command, option, error.Message);
            if (error.SymbolResult is ArgumentResult { Argument: var argument })
                throw Usage("missing-argument", $"{argument.Name} is missing: {Uncapitalised(argument.Description!)}", null, command);
        }

        if (parse.UnmatchedTokens.Count > 0)
        {
            throw Usage(
                "unexpected-argument", $"unexpected argument '{parse.UnmatchedTokens[0]}'",
                "remove it, or quote names that contain spaces", command);
        }

        if (parse.Errors.Count > 0) throw Usage("usage", parse.Errors[0].Message, null, command);
    }

    private static VgpnnException UnknownCommand(Command root, string typed)
    {
        if (typed.StartsWith('-')) return UnknownOption(root, typed);
        string? near = Names.Nearest(typed, root.Subcommands.Select(c => c.Name));
        string hint = near is not null ? $"did you mean '{near}'?"
            : Path.Exists(typed) ? $"to use the file, run {ProgramName.Current} generate {ShellText.Quote(typed)}"
            : $"use {Names.Either([.. root.Subcommands.Select(c => c.Name)])}";
        return new VgpnnException(ErrorKind.Usage, "unknown-command", $"unknown command '{typed}'", hint);
    }

    private static VgpnnException UnknownOption(Command command, string typed)
    {
        string name = typed.Split('=', ':')[0];
        string? near = Names.Nearest(name, command.Options.Where(o => !o.Hidden).SelectMany(AllNames));
        return Usage("unknown-option", $"unknown option '{name}'", near is null ? null : $"did you mean '{near}'?", command);
    }

    private static VgpnnException BadOption(Command command, OptionResult result, string message)
    {
        string allowed = result.Option is ISetting { Allowed: not "" } setting ? $": {setting.Allowed}" : "";
        return result.Tokens.Count switch
        {
            0 => Usage("missing-value", $"{result.Option.Name} needs a value{allowed}", null, command),
            1 => Usage("bad-value", message, null, command),
            _ => Usage("option-twice", $"{result.Option.Name} was given {result.Tokens.Count} times", "give it once", command),
        };
    }

    private static void ThrowIfFlagHasValue(Command command, IReadOnlyList<string> arguments)
    {
        foreach (string argument in arguments.TakeWhile(a => a != "--"))
        {
            int end = argument.IndexOfAny(['=', ':']);
            if (end <= 0) continue;
            string name = argument[..end];
            if (Find(command, name) is Flag)
                throw Usage("unexpected-value", $"{name} takes no value, but was given '{argument[(end + 1)..]}'", null, command);
        }
    }

    /// <summary>The parser treats an unknown option as an argument, and an option that follows one without its value as that value.</summary>
    private static void ThrowIfOptionIsTakenForValue(ParseResult parse, Command command)
    {
        Token? before = null;
        foreach (Token token in parse.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash))
        {
            if (token.Type == TokenType.Argument && LooksLikeOption(token.Value))
            {
                Option? owner = before?.Type == TokenType.Option ? Find(command, before.Value) : null;
                if (owner is ISetting setting && Find(command, token.Value) is not null)
                    throw Usage("missing-value", $"{owner.Name} needs a value: {setting.Allowed}", null, command);
                throw UnknownOption(command, token.Value);
            }

            before = token;
        }
    }

    private static Option? Find(Command command, string name) => command.Options.FirstOrDefault(o => AllNames(o).Contains(name));

    private static bool LooksLikeOption(string text) =>
        text.Length > 1 && text[0] == '-' && !char.IsAsciiDigit(text[1]) && text[1] != '.';

    private static string Uncapitalised(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..].TrimEnd('.');

    private static IEnumerable<string> AllNames(Option option) => option.Aliases.Prepend(option.Name);

    private static VgpnnException Usage(string code, string message, string? hint, Command command)
    {
        string commandName = command is RootCommand ? ProgramName.Current : $"{ProgramName.Current} {command.Name}";
        return new VgpnnException(ErrorKind.Usage, code, message, hint ?? $"see {commandName} --help");
    }
}
