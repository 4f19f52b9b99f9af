using System.Text.Json.Nodes;

namespace Vgpnn.Synthesis.Options;

/// <summary>True or false; on the command line the option's presence.</summary>
public sealed class FlagField : OptionField
{
    /// <summary>Reads the value from the settings.</summary>
    public required Func<RunSettings, bool> Get { get; init; }

    /// <summary>The settings with another value.</summary>
    public required Func<RunSettings, bool, RunSettings> Set { get; init; }

    /// <inheritdoc/>
    public override string Allowed => "true or false";

    /// <inheritdoc/>
    public override string Range => "";

    /// <inheritdoc/>
    public override string? Text(RunSettings settings) => Get(settings) ? "" : null;

    /// <inheritdoc/>
    public override bool TryParse(string text, RunSettings settings, out RunSettings result)
    {
        result = Set(settings, true);
        return true;
    }

    /// <inheritdoc/>
    public override JsonNode? Write(RunSettings settings) => JsonValue.Create(Get(settings));

    /// <inheritdoc/>
    public override bool TryRead(JsonNode node, RunSettings settings, out RunSettings result)
    {
        bool? given = Boolean(node);
        result = given is { } value ? Set(settings, value) : settings;
        return given is not null;
    }
}
