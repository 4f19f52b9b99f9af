using System.Globalization;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Client.CommandLine;

/// <summary>Parses option values strictly.</summary>
internal static class ValueText
{
    /// <summary>Parses an integer within bounds, both included.</summary>
    public static TryParse<int> Integer(int min, int max) => (string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;

    /// <summary>Parses a name of an enumeration, in any case.</summary>
    public static TryParse<T> Name<T>()
        where T : struct, Enum => (string text, out T value) =>
    {
        foreach (T candidate in Enum.GetValues<T>())
        {
            value = candidate;
            if (Names.Of(candidate).Equals(text, StringComparison.OrdinalIgnoreCase)) return true;
        }

        value = default;
        return false;
    };

    /// <summary>Parses a seed: an integer that all JSON parsers represent exactly.</summary>
    public static bool Seed(string text, out ulong seed) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed) && seed <= MaxSeed;

    /// <summary>The largest seed: 2⁵³ − 1.</summary>
    public const ulong MaxSeed = (1UL << 53) - 1;
}
