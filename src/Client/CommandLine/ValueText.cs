using System.Globalization;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Client.CommandLine;

/// <summary>Reads the values that options take; every function says no rather than guess.</summary>
internal static class ValueText
{
    /// <summary>A whole number within bounds.</summary>
    public static TryParse<int> Integer(int min, int max) => (string text, out int value) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value) && value >= min && value <= max;

    /// <summary>Whole numbers within bounds, separated by commas, with or without parentheses around them.</summary>
    public static TryParse<Extent> Extent(int min, int max) => (string text, out Extent value) =>
    {
        bool read = Numbers(text, 3, out double[] n) && n.All(v => v >= min && v <= max && v == Math.Floor(v));
        value = read ? new Extent((int)n[0], (int)n[1], (int)n[2]) : default;
        return read;
    };

    /// <summary>Three factors within bounds: time, height, width.</summary>
    public static TryParse<Scale> Scale(double min, double max) => (string text, out Scale value) =>
    {
        bool read = Numbers(text, 3, out double[] n) && n.All(v => v >= min && v <= max);
        value = read ? new Scale(n[0], n[1], n[2]) : default;
        return read;
    };

    /// <summary>Two numbers: time, space.</summary>
    public static TryParse<(double T, double S)> Pair(double min, double max) => (string text, out (double T, double S) value) =>
    {
        bool read = Numbers(text, 2, out double[] n) && n.All(v => v >= min && v <= max);
        value = read ? (n[0], n[1]) : default;
        return read;
    };

    /// <summary>Two whole numbers: time, space.</summary>
    public static TryParse<(int T, int S)> IntegerPair(int min, int max) => (string text, out (int T, int S) value) =>
    {
        bool read = Numbers(text, 2, out double[] n) && n.All(v => v >= min && v <= max && v == Math.Floor(v));
        value = read ? ((int)n[0], (int)n[1]) : default;
        return read;
    };

    /// <summary>A number within bounds.</summary>
    public static TryParse<double> Number(double min, double max) => (string text, out double value) =>
    {
        bool read = Numbers(text, 1, out double[] n) && n[0] >= min && n[0] <= max;
        value = read ? n[0] : default;
        return read;
    };

    /// <summary>α of completeness, or <c>none</c> (null).</summary>
    public static bool Completeness(string text, out double? alpha)
    {
        alpha = null;
        if (text.Equals("none", StringComparison.OrdinalIgnoreCase)) return true;
        if (!Numbers(text, 1, out double[] n) || n[0] is < 1e-6 or > 1e6) return false;
        alpha = n[0];
        return true;
    }

    /// <summary>Columns and rows within bounds: <c>320x180</c>.</summary>
    public static TryParse<(int W, int H)> Size(int min, int max) => (string text, out (int W, int H) value) =>
    {
        string[] parts = text.ToLowerInvariant().Replace('×', 'x').Split('x');
        int w = 0, h = 0;
        bool read = parts.Length == 2 && Integer(min, max)(parts[0], out w) && Integer(min, max)(parts[1], out h);
        value = (w, h);
        return read;
    };

    /// <summary>A name of the enumeration in lower case.</summary>
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

    /// <summary>Frames from A to B as <c>A..B</c> or <c>A:B</c>; either end may be missing, not both.</summary>
    public static bool FrameRange(string text, out FrameRange range)
    {
        range = default;
        string[] parts = text.Contains("..", StringComparison.Ordinal) ? text.Split("..") : text.Split(':');
        if (parts.Length != 2 || text.Length < 2) return false;
        int first = 1;
        int last = int.MaxValue;
        if (parts[0] != "" && !Integer(1, int.MaxValue)(parts[0], out first)) return false;
        if (parts[1] != "" && !Integer(1, int.MaxValue)(parts[1], out last)) return false;
        if ((parts[0] == "" && parts[1] == "") || last <= first) return false;
        range = new FrameRange(first, parts[1] == "" ? null : last);
        return true;
    }

    /// <summary>Frames per second: <c>25</c>, <c>29.97</c> or <c>30000/1001</c>, from 0.1 to 1000.</summary>
    public static bool Pace(string text, out FrameRate rate) => FrameRate.TryParse(text, out rate) && rate.Value is >= 0.1 and <= 1000;

    /// <summary>A seed: a whole number that every reader of JSON holds exactly.</summary>
    public static bool Seed(string text, out ulong seed) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out seed) && seed <= MaxSeed;

    /// <summary>The largest seed: 2⁵³ − 1.</summary>
    public const ulong MaxSeed = (1UL << 53) - 1;

    /// <summary>A standard deviation from 0 to 1000, or <c>auto</c> (null).</summary>
    public static bool Noise(string text, out double? sigma)
    {
        sigma = null;
        if (text.Equals("auto", StringComparison.OrdinalIgnoreCase)) return true;
        if (!Numbers(text, 1, out double[] n) || n[0] is < 0 or > 1000) return false;
        sigma = n[0];
        return true;
    }

    private static bool Numbers(string text, int count, out double[] numbers)
    {
        numbers = [];
        ReadOnlySpan<char> inner = text.AsSpan().Trim();
        if (inner.Length > 1 && inner[0] == '(' && inner[^1] == ')') inner = inner[1..^1];
        string[] parts = inner.ToString().Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length != count) return false;
        numbers = new double[count];
        for (int i = 0; i < count; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out numbers[i])) return false;
        }

        return true;
    }
}
