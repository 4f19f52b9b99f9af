using System.Text.Json.Nodes;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Synthesis.Options;

/// <summary>A frame rate: a number or an exact fraction, on the wire as text.</summary>
public sealed class FrameRateField : OptionField
{
    /// <summary>The least frames per second.</summary>
    public const double Min = 0.1;

    /// <summary>The most frames per second.</summary>
    public const double Max = 1000;

    /// <inheritdoc/>
    public override string Allowed => "a number or a fraction from 0.1 to 1,000, such as 25, 29.97 or 30000/1001";

    /// <inheritdoc/>
    public override string Range => $"0.1–1,000 {Unit}";

    /// <inheritdoc/>
    public override string? Text(RunSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.FrameRate?.ToString();
    }

    /// <inheritdoc/>
    public override bool TryParse(string text, RunSettings settings, out RunSettings result)
    {
        bool allowed = FrameRate.TryParse(text, out FrameRate rate) && rate.Value is >= Min and <= Max;
        result = allowed ? settings with { FrameRate = rate } : settings;
        return allowed;
    }

    /// <inheritdoc/>
    public override JsonNode? Write(RunSettings settings) => Text(settings) is { } text ? JsonValue.Create(text) : null;

    /// <inheritdoc/>
    public override bool TryRead(JsonNode node, RunSettings settings, out RunSettings result) => TryParse(String(node) ?? "", settings, out result);
}
