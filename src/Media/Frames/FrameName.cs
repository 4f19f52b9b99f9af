using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace Vgpnn.Media.Frames;

/// <summary>
/// A frame's file name taken apart: the words and the numbers in it by turns. Frames of one sequence have the same
/// words and differ in a number; they are ordered by their numbers, whatever their padding.
/// </summary>
internal sealed partial class FrameName : IComparable<FrameName>
{
    private static readonly string[] Extensions = [".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"];

    private FrameName(string path, string words, BigInteger[] numbers)
    {
        File = path;
        Words = words;
        Numbers = numbers;
    }

    /// <summary>The file's full path.</summary>
    public string File { get; }

    /// <summary>The name without its extension, with every number replaced by <c>#</c>.</summary>
    public string Words { get; }

    /// <summary>The numbers, from left to right.</summary>
    public IReadOnlyList<BigInteger> Numbers { get; }

    /// <summary>Takes a file's name apart; null where it is no frame: hidden, without a number, or no image by its name.</summary>
    public static FrameName? Parse(string path)
    {
        string name = Path.GetFileName(path);
        if (name.StartsWith('.') || !Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase)) return null;
        string stem = Path.GetFileNameWithoutExtension(name);
        BigInteger[] numbers = [.. Number().Matches(stem).Select(m => BigInteger.Parse(m.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))];
        return numbers.Length == 0 ? null : new FrameName(path, Number().Replace(stem, "#"), numbers);
    }

    /// <summary>Compares the numbers from left to right; the words count only where the numbers are equal.</summary>
    public int CompareTo(FrameName? other)
    {
        if (other is null) return 1;
        for (int i = 0; i < Math.Min(Numbers.Count, other.Numbers.Count); i++)
        {
            int order = Numbers[i].CompareTo(other.Numbers[i]);
            if (order != 0) return order;
        }

        int shorter = Numbers.Count.CompareTo(other.Numbers.Count);
        return shorter != 0 ? shorter : string.CompareOrdinal(File, other.File);
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();
}
