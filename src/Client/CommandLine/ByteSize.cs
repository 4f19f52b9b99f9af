using System.Globalization;

namespace Vgpnn.Client.CommandLine;

/// <summary>Parses and formats sizes in bytes.</summary>
internal static class ByteSize
{
    private const string Units = "KMGT";

    /// <summary>Reads <c>800M</c>, <c>2G</c>, <c>1.5GiB</c> (powers of 1024), <c>2GB</c> (powers of 1000) or plain bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        int digits = text.TakeWhile(c => char.IsAsciiDigit(c) || c == '.').Count();
        if (!double.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double amount))
            return false;
        double factor = Factor(text[digits..].Trim().ToUpperInvariant());
        double result = Math.Round(amount * factor);
        if (factor == 0 || result is < 1 or > 1L << 60) return false;
        bytes = (long)result;
        return true;
    }

    /// <summary>Writes the amount in the largest unit that leaves at least one: <c>1.5 GiB</c>.</summary>
    public static string Format(long bytes)
    {
        double amount = bytes;
        int unit = -1;
        while (amount >= 1024 && unit < Units.Length - 1)
        {
            amount /= 1024;
            unit++;
        }

        if (unit < 0) return string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes");
        string number = amount.ToString(amount < 10 ? "0.0" : "0", CultureInfo.InvariantCulture);
        return $"{number} {Units[unit]}iB";
    }

    private static double Factor(string unit)
    {
        if (unit is "" or "B") return 1;
        int power = Units.IndexOf(unit[0], StringComparison.Ordinal) + 1;
        return unit[1..] switch
        {
            _ when power == 0 => 0,
            "" or "IB" => Math.Pow(1024, power),
            "B" => Math.Pow(1000, power),
            _ => 0,
        };
    }
}
