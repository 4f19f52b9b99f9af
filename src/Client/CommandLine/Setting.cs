using System.CommandLine;
using System.CommandLine.Parsing;

namespace Vgpnn.Client.CommandLine;

/// <summary>Parses a value; returns <c>false</c> if the text is invalid.</summary>
internal delegate bool TryParse<T>(string text, out T value);

/// <summary>The parts of an option's help.</summary>
internal interface ISetting
{
    /// <summary>The heading in the help.</summary>
    string Group { get; }

    /// <summary>The allowed values, worded to follow "must be"; empty for a flag.</summary>
    string Allowed { get; }

    /// <summary>The allowed values as the help lists them; empty if the placeholder shows them.</summary>
    string Range => Allowed is "a path" ? "" : Allowed;

    /// <summary>The default value; empty for a flag.</summary>
    string Default { get; }

    /// <summary>Whether it is a verification option, listed by <c>--help --advanced</c> only.</summary>
    bool IsAdvanced => false;
}

/// <summary>An option with a value: one declaration for parsing, validation, error messages and help.</summary>
internal sealed class Setting<T> : Option<T>, ISetting
{
    private readonly TryParse<T> _parse;

    public Setting(string name, string valueName, TryParse<T> parse, params string[] aliases)
        : base(name, aliases)
    {
        HelpName = valueName;
        Arity = ArgumentArity.ExactlyOne;
        _parse = parse;
        CustomParser = result => Read(result, parse);
    }

    public required string Group { get; init; }

    public required string Allowed { get; init; }

    public required string Default { get; init; }

    /// <summary>The given value, or the fallback.</summary>
    public T Or(ParseResult parse, T fallback) => IsGiven(parse) ? Given(parse) : fallback;

    // Parsed again from the text, because the parser cannot return a null value.
    private T Given(ParseResult parse)
    {
        _parse(parse.GetResult(this)!.Tokens[0].Value, out T value);
        return value;
    }

    /// <summary>Whether the user gave the option.</summary>
    public bool IsGiven(ParseResult parse) => parse.GetResult(this) is { Implicit: false };

    private T? Read(ArgumentResult result, TryParse<T> parse)
    {
        string text = result.Tokens[0].Value;
        if (parse(text, out T value)) return value;
        result.AddError($"{Name} is '{text}', but must be {Allowed}");
        return default;
    }
}

/// <summary>An option with a path that may be repeated.</summary>
internal sealed class PathsSetting : Option<string[]>, ISetting
{
    public PathsSetting(string name, string valueName, params string[] aliases)
        : base(name, aliases)
    {
        HelpName = valueName;
        Arity = ArgumentArity.OneOrMore;
        AllowMultipleArgumentsPerToken = false;
    }

    public required string Group { get; init; }

    public required string Allowed { get; init; }

    public required string Default { get; init; }
}

/// <summary>An option without a value.</summary>
internal sealed class Flag : Option<bool>, ISetting
{
    public Flag(string name, params string[] aliases)
        : base(name, aliases) => Arity = ArgumentArity.Zero;

    public required string Group { get; init; }

    public string Allowed => "";

    public string Default => "";

    /// <summary>Whether the user gave the option.</summary>
    public bool IsGiven(ParseResult parse) => parse.GetValue(this);
}

internal static class SettingExtensions
{
    /// <summary>The given value, or <c>null</c>.</summary>
    public static T? OrNull<T>(this Setting<T> setting, ParseResult parse)
        where T : struct => setting.IsGiven(parse) ? parse.GetValue(setting) : null;
}
