using System.Text.Json.Nodes;

namespace Vgpnn.Synthesis.Options;

/// <summary>One of several names.</summary>
/// <param name="Name">The name on the command line and on the wire; it stays the same when the enum member is renamed.</param>
/// <param name="Label">The choice on a form.</param>
public sealed record OptionChoice(string Name, string Label);

/// <summary>One of several names.</summary>
public abstract class ChoiceField : OptionField
{
    /// <summary>The names, the usual one first.</summary>
    public abstract IReadOnlyList<OptionChoice> Choices { get; }

    /// <inheritdoc/>
    public override string Allowed => Choices.Count == 1
        ? Choices[0].Name
        : $"{string.Join(", ", Choices.SkipLast(1).Select(c => c.Name))} or {Choices[^1].Name}";

    /// <inheritdoc/>
    public override string Range => "";
}

/// <summary>One of several names.</summary>
/// <typeparam name="T">The enum that the names stand for.</typeparam>
/// <param name="values">Each name, its label and its value.</param>
public sealed class ChoiceField<T>(params (string Name, string Label, T Value)[] values) : ChoiceField
    where T : struct, Enum
{
    /// <summary>Reads the value from the settings.</summary>
    public required Func<RunSettings, T> Get { get; init; }

    /// <summary>The settings with another value.</summary>
    public required Func<RunSettings, T, RunSettings> Set { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<OptionChoice> Choices => field ??= [.. values.Select(v => new OptionChoice(v.Name, v.Label))];

    /// <inheritdoc/>
    public override string Text(RunSettings settings)
    {
        T value = Get(settings);
        return values.First(v => EqualityComparer<T>.Default.Equals(v.Value, value)).Name;
    }

    /// <inheritdoc/>
    public override bool TryParse(string text, RunSettings settings, out RunSettings result) => TrySet(text, StringComparison.OrdinalIgnoreCase, settings, out result);

    /// <inheritdoc/>
    public override JsonNode? Write(RunSettings settings) => JsonValue.Create(Text(settings));

    /// <inheritdoc/>
    public override bool TryRead(JsonNode node, RunSettings settings, out RunSettings result) => TrySet(String(node), StringComparison.Ordinal, settings, out result);

    /// <inheritdoc/>
    public override bool Holds(RunSettings settings)
    {
        T value = Get(settings);
        return values.Any(v => EqualityComparer<T>.Default.Equals(v.Value, value));
    }

    private bool TrySet(string? text, StringComparison comparison, RunSettings settings, out RunSettings result)
    {
        foreach ((string name, _, T value) in values)
        {
            if (!name.Equals(text, comparison)) continue;
            result = Set(settings, value);
            return true;
        }

        result = settings;
        return false;
    }
}
