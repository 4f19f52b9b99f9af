using System.Text.Json.Nodes;

namespace Vgpnn.Contracts;

/// <summary>The options of all applications.</summary>
/// <param name="Applications">One entry per application.</param>
public sealed record OptionList(IReadOnlyList<ApplicationOptions> Applications);

/// <summary>The options of an application.</summary>
/// <param name="Application">The application.</param>
/// <param name="Options">Its options, in the order of a form.</param>
public sealed record ApplicationOptions(RequestApplication Application, IReadOnlyList<OptionDescription> Options);

/// <summary>The kind of an option's value.</summary>
public enum OptionKind
{
    /// <summary>An integer.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary>One of several texts.</summary>
    Choice,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A frame rate as text: a number or a fraction such as 30000/1001.</summary>
    Rate,
}

/// <summary>Description of a member of a request's settings, for forms.</summary>
public sealed record OptionDescription
{
    /// <summary>JSON pointer to the member, relative to <c>settings</c>.</summary>
    public required string Pointer { get; init; }

    /// <summary>Heading in a form.</summary>
    public required string Group { get; init; }

    /// <summary>Display name.</summary>
    public required string Label { get; init; }

    /// <summary>Effect of the option, one sentence without a full stop.</summary>
    public required string Effect { get; init; }

    /// <summary>Unit of the value; <c>null</c> for values without a unit.</summary>
    public string? Unit { get; init; }

    /// <summary>Kind of the value.</summary>
    public required OptionKind Kind { get; init; }

    /// <summary>Smallest allowed number.</summary>
    public double? Minimum { get; init; }

    /// <summary>Largest allowed number.</summary>
    public double? Maximum { get; init; }

    /// <summary>Allowed values of a choice.</summary>
    public IReadOnlyList<OptionValue>? Values { get; init; }

    /// <summary>The default value; <c>null</c> if the program chooses it or the option has no default.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>Description of the default.</summary>
    public required string DefaultText { get; init; }

    /// <summary>JSON pointer to the member that is <c>true</c> for "no value"; <c>null</c> if the option has no such member.</summary>
    public string? Unset { get; init; }

    /// <summary>The word for "no value", such as <c>auto</c>; <c>null</c> if the option has no such word.</summary>
    public string? UnsetText { get; init; }

    /// <summary>Whether the option is for verification only.</summary>
    public bool Advanced { get; init; }

    /// <summary>Name on the command line; <c>null</c> if the option is not available there.</summary>
    public string? CommandLine { get; init; }
}

/// <summary>An allowed value of a choice.</summary>
/// <param name="Name">The value in JSON.</param>
/// <param name="Label">Display name.</param>
public sealed record OptionValue(string Name, string Label);
