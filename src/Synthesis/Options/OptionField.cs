using System.Text.Json;
using System.Text.Json.Nodes;

namespace Vgpnn.Synthesis.Options;

/// <summary>One value of an option: a member of the settings on the wire, a part of the option's text on the command line.</summary>
public abstract class OptionField
{
    /// <summary>The member on the wire; members of an object follow a slash: <c>noise</c>, <c>patch/t</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Its placeholder on the command line: <c>SIGMA</c>.</summary>
    public required string Placeholder { get; init; }

    /// <summary>Its name on a form.</summary>
    public required string Label { get; init; }

    /// <summary>Its unit, as in "a number of …"; <c>null</c> for values without one.</summary>
    public string? Unit { get; init; }

    /// <summary>The effect of this value, one sentence; <c>null</c> means the option's.</summary>
    public string? Effect { get; init; }

    /// <summary>The applications that have it; <c>null</c> means those of the option.</summary>
    public IReadOnlyList<Application>? Applications { get; init; }

    /// <summary>The allowed values as the end of "must be …": <c>an integer from 1 to 100</c>.</summary>
    public abstract string Allowed { get; }

    /// <summary>The allowed values in short: <c>1–100</c>; empty where the placeholder lists them.</summary>
    public abstract string Range { get; }

    /// <summary>The value as typed on the command line; <c>null</c> means that there is no value.</summary>
    public abstract string? Text(RunSettings settings);

    /// <summary>Reads a value as typed on the command line.</summary>
    public abstract bool TryParse(string text, RunSettings settings, out RunSettings result);

    /// <summary>The value on the wire; <c>null</c> means that there is no value.</summary>
    public abstract JsonNode? Write(RunSettings settings);

    /// <summary>Reads a value from the wire.</summary>
    public abstract bool TryRead(JsonNode node, RunSettings settings, out RunSettings result);

    /// <summary>Whether the value is within its range.</summary>
    public virtual bool Holds(RunSettings settings) => true;

    /// <summary>Sets the value to "chosen by the program", where <paramref name="keyword"/> is the member that does so on the wire.</summary>
    internal virtual bool TryReadKeyword(string keyword, JsonNode node, RunSettings settings, out RunSettings result)
    {
        result = settings;
        return false;
    }

    /// <summary>The number of a node, as exactly as a double holds it; <c>null</c> where the node is no number.</summary>
    protected static double? Number(JsonNode node) =>
        node.GetValueKind() == JsonValueKind.Number ? double.Parse(node.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>The text of a node; <c>null</c> where the node is no text.</summary>
    protected static string? String(JsonNode node) => node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;

    /// <summary>Whether a node is true or false; <c>null</c> where it is neither.</summary>
    protected static bool? Boolean(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
