using System.Text;
using Vgpnn.Kernels.Networks;

namespace Vgpnn.Testing;

/// <summary>
/// Weights that can be generated anywhere (<c>tests/Vectors/README.md</c>): values hashed from the tensor's name and the index. If a network has two names
/// for one layer, <c>.downsample.1.</c> has the values of <c>.norm3.</c>.
/// </summary>
/// <param name="small">Whether a network with two sizes has the small one.</param>
internal sealed class RuleWeights(bool small = false) : IWeightSource
{
    /// <summary>The tensors that were read.</summary>
    public List<(string Name, int[] Shape)> Asked { get; } = [];

    public bool Contains(string name) => name is "conv1.weight" || (small && name is "fnet.layer1.0.conv3.weight");

    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        Asked.Add((name, shape.ToArray()));
        return Make(name, shape);
    }

    public static float[] Make(string name, ReadOnlySpan<int> shape)
    {
        name = name.Replace(".downsample.1.", ".norm3.", StringComparison.Ordinal);
        ulong seed = 0xcbf29ce484222325;
        foreach (byte b in Encoding.UTF8.GetBytes(name)) seed = (seed ^ b) * 0x100000001b3;
        int count = 1;
        foreach (int side in shape) count *= side;
        double fan = (double)count / shape[0];
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            ulong z = seed + ((ulong)(i + 1) * 0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            double u = ((z ^ (z >> 31)) >> 40) / 16777216.0;
            values[i] = (float)Value(name, shape.Length, fan, u);
        }

        return values;
    }

    private static double Value(string name, int dimensions, double fan, double u)
    {
        if (name.EndsWith(".running_mean", StringComparison.Ordinal)) return ((2 * u) - 1) * 0.1;
        if (name.EndsWith(".running_var", StringComparison.Ordinal)) return 0.5 + u;
        if (name.EndsWith(".bias", StringComparison.Ordinal)) return ((2 * u) - 1) * 0.05;
        if (dimensions == 1) return 0.75 + (0.5 * u);
        double gain = name.StartsWith("update_block.", StringComparison.Ordinal) ? 1 : 6;
        return ((2 * u) - 1) * Math.Sqrt(gain / fan);
    }
}
