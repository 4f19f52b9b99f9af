using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Vgpnn.Synthesis.Clips;

/// <summary>Frames per second as an exact fraction in lowest terms, such as 30000/1001.</summary>
public readonly record struct FrameRate
{
    /// <exception cref="ArgumentOutOfRangeException">Numerator or denominator is below 1.</exception>
    public FrameRate(int numerator, int denominator)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(numerator, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(denominator, 1);
        int divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(numerator, denominator);
        Numerator = numerator / divisor;
        Denominator = denominator / divisor;
    }

    /// <summary>Frames in <see cref="Denominator"/> seconds.</summary>
    public int Numerator { get; }

    /// <summary>Seconds for <see cref="Numerator"/> frames.</summary>
    public int Denominator { get; }

    /// <summary>Frames per second.</summary>
    public double Value => (double)Numerator / Denominator;

    /// <summary>Reads <c>25</c>, <c>30000/1001</c> or <c>29.97</c> (a decimal is taken as thousandths).</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FrameRate rate)
    {
        rate = default;
        if (text is null) return false;
        string[] parts = text.Split('/');
        if (parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int d)
            && n > 0 && d > 0)
        {
            rate = new FrameRate(n, d);
            return true;
        }

        if (parts.Length == 1
            && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value is >= 0.001 and <= 1000)
        {
            rate = new FrameRate((int)Math.Round(value * 1000), 1000);
            return true;
        }

        return false;
    }

    /// <summary>The fraction, or an integer if the denominator is 1, in ffmpeg's notation.</summary>
    public override string ToString() =>
        Denominator == 1
            ? Numerator.ToString(CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");
}
