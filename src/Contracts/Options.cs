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

/// <summary>One member of a request's settings: all that a form needs.</summary>
public sealed record OptionDescription
{
    /// <summary>JSON pointer to the member, relative to <c>settings</c>.</summary>
    public required string Pointer { get; init; }

    /// <summary>The heading that it belongs under.</summary>
    public required string Group { get; init; }

    /// <summary>Its name for people.</summary>
    public required string Label { get; init; }

    /// <summary>Its effect, one sentence without a full stop.</summary>
    public required string Effect { get; init; }

    /// <summary>Its unit; <c>null</c> for values without one.</summary>
    public string? Unit { get; init; }

    /// <summary>The kind of its value.</summary>
    public required OptionKind Kind { get; init; }

    /// <summary>The least number.</summary>
    public double? Minimum { get; init; }

    /// <summary>The greatest number.</summary>
    public double? Maximum { get; init; }

    /// <summary>The texts of a choice.</summary>
    public IReadOnlyList<OptionValue>? Values { get; init; }

    /// <summary>The default value; <c>null</c> means that the program chooses, or that there is none.</summary>
    public JsonNode? Default { get; init; }

    /// <summary>The default of the whole option in words.</summary>
    public required string DefaultText { get; init; }

    /// <summary>JSON pointer to the member that is <c>true</c> for "no value"; <c>null</c> means that there is none.</summary>
    public string? Unset { get; init; }

    /// <summary>The word for "no value", such as <c>auto</c>; <c>null</c> means that there is none.</summary>
    public string? UnsetText { get; init; }

    /// <summary>Whether it is for verification only.</summary>
    public bool Advanced { get; init; }

    /// <summary>Its name on the command line; <c>null</c> means that it is not there.</summary>
    public string? CommandLine { get; init; }
}

/// <summary>One of the texts of a choice.</summary>
/// <param name="Name">The text on the wire.</param>
/// <param name="Label">The text for people.</param>
public sealed record OptionValue(string Name, string Label);
