using System.Text.Json;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Testing;

/// <summary>The conformance vectors of <c>tests/Vectors</c>, which the build copies next to the test assembly.</summary>
internal static class Vectors
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Vectors");

    /// <summary>The file <c>tests/Vectors/<paramref name="name"/></c>.</summary>
    public static string PathOf(string name) => Path.Combine(Root, name);

    /// <summary>The array <c>tests/Vectors/<paramref name="name"/>.npy</c>.</summary>
    public static Npy Array(string name) => Npy.Read(Path.Combine(Root, name + ".npy"));

    /// <summary>A video stored as [1,C,T,H,W] or [C,T,H,W].</summary>
    /// <param name="bytes">Whether the file contains 8-bit components, to be mapped to [−1, 1].</param>
    public static Volume<float> Volume(string name, bool bytes = false)
    {
        Npy array = Array(name);
        int[] shape = array.Shape.Length == 5 ? array.Shape[1..] : array.Shape;
        ReadOnlySpan<double> source = array.Values;
        var extent = new Extent(shape[1], shape[2], shape[3]);
        var volume = new Volume<float>(extent, shape[0]);
        Span<float> target = volume.Samples;
        int voxels = (int)extent.Count;
        for (int c = 0; c < shape[0]; c++)
        {
            for (int i = 0; i < voxels; i++)
            {
                float value = (float)source[(c * voxels) + i];
                target[(i * shape[0]) + c] = bytes ? (value / 255f * 2f) - 1f : value;
            }
        }

        return volume;
    }

    /// <summary>The list of cases <c>tests/Vectors/<paramref name="name"/>.json</c>.</summary>
    public static JsonElement[] Cases(string name)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, name + ".json")));
        return document.RootElement.Clone().EnumerateArray().ToArray();
    }

    /// <summary>The case whose <paramref name="key"/> is <paramref name="value"/>.</summary>
    public static JsonElement Case(string name, string key, string value) =>
        Cases(name).Single(c => c.GetProperty(key).GetString() == value);

    public static int[] Ints(this JsonElement list, string property) =>
        list.GetProperty(property).EnumerateArray().Select(e => e.GetInt32()).ToArray();

    public static double[] Doubles(this JsonElement list) => list.EnumerateArray().Select(e => e.GetDouble()).ToArray();

    /// <summary>The last three numbers of a list as an extent.</summary>
    public static Extent Extent(this JsonElement list)
    {
        int[] n = list.EnumerateArray().Select(e => e.GetInt32()).ToArray();
        return new Extent(n[^3], n[^2], n[^1]);
    }

    /// <summary>The last three numbers of a list as factors.</summary>
    public static Scale Scale(this JsonElement list)
    {
        double[] s = list.Doubles();
        return new Scale(s[^3], s[^2], s[^1]);
    }
}
