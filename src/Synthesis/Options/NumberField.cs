using System.Globalization;
using System.Text.Json.Nodes;

namespace Vgpnn.Synthesis.Options;

/// <summary>A number within bounds.</summary>
public sealed class NumberField : OptionField
{
    /// <summary>The least value.</summary>
    public required double Min { get; init; }

    /// <summary>The greatest value.</summary>
    public required double Max { get; init; }

    /// <summary>Whether it is an integer.</summary>
    public bool IsInteger { get; init; }

    /// <summary>The word for "no value" on the command line, such as <c>auto</c>; <c>null</c> means that there is none.</summary>
    public string? Keyword { get; init; }

    /// <summary>The member that is <c>true</c> on the wire for "no value"; given together with <see cref="Keyword"/>.</summary>
    public string? KeywordPath { get; init; }

    /// <summary>Reads the value from the settings.</summary>
    public required Func<RunSettings, double?> Get { get; init; }

    /// <summary>The settings with another value; <c>null</c> is passed for the keyword only.</summary>
    public required Func<RunSettings, double?, RunSettings> Set { get; init; }

    /// <inheritdoc/>
    public override string Allowed => Max == int.MaxValue
        ? $"an integer of {Short(Min)} or more"
        : $"{(IsInteger ? "an integer" : "a number")} from {Short(Min)} to {Short(Max)}{(Keyword is null ? "" : $", or {Keyword}")}";

    /// <inheritdoc/>
    public override string Range => Max == int.MaxValue ? "" : $"{Short(Min)}–{Short(Max)}{(Unit is null ? "" : $" {Unit}")}{(Keyword is null ? "" : $" or {Keyword}")}";

    /// <summary>The shortest decimal that reads back as the same number; never in scientific notation, which options do not accept.</summary>
    public override string? Text(RunSettings settings) => Get(settings) is { } value ? Exact(value) : Keyword;

    /// <inheritdoc/>
    public override bool TryParse(string text, RunSettings settings, out RunSettings result)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Keyword is not null && text.Equals(Keyword, StringComparison.OrdinalIgnoreCase))
        {
            result = Set(settings, null);
            return true;
        }

        return TrySet(double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value) ? value : null, settings, out result);
    }

    /// <inheritdoc/>
    public override JsonNode? Write(RunSettings settings) => Get(settings) is { } value ? JsonValue.Create(value) : null;

    /// <inheritdoc/>
    public override bool TryRead(JsonNode node, RunSettings settings, out RunSettings result) => TrySet(Number(node), settings, out result);

    /// <inheritdoc/>
    public override bool Holds(RunSettings settings) => Get(settings) is not { } value || IsAllowed(value);

    internal override bool TryReadKeyword(string keyword, JsonNode node, RunSettings settings, out RunSettings result)
    {
        bool? given = Boolean(node);
        result = given == true ? Set(settings, null) : settings;
        return given is not null;
    }

    private bool TrySet(double? value, RunSettings settings, out RunSettings result)
    {
        bool allowed = value is { } number && IsAllowed(number);
        result = allowed ? Set(settings, value) : settings;
        return allowed;
    }

    private bool IsAllowed(double value) => value >= Min && value <= Max && (!IsInteger || value == Math.Floor(value));

    private static string Short(double value) => value.ToString("#,0.########", CultureInfo.InvariantCulture);

    private static string Exact(double value) => Math.Abs(value) is < 1e-4 and > 0
        ? value.ToString("0.############################", CultureInfo.InvariantCulture)
        : value.ToString(CultureInfo.InvariantCulture);
}
