using Vgpnn.Kernels.Distances;

namespace Vgpnn.Kernels.Tests.Distances;

/// <summary>Measures single distances with the kernels that searches use.</summary>
internal static unsafe class DistanceProbe
{
    /// <summary>Returns the distance between the query patch at (t, h, w) and the key patch at position <paramref name="position"/>.</summary>
    public static float Measure<TDistance>(TDistance distance, (int T, int H, int W) query, uint position)
        where TDistance : struct, IPatchDistance<byte, TDistance> => Measure<byte, TDistance>(distance, query, position);

    public static float Measure(FloatDistance distance, (int T, int H, int W) query, uint position) =>
        Measure<float, FloatDistance>(distance, query, position);

    /// <summary>Returns the same distance in scalar arithmetic.</summary>
    public static float MeasureScalar(ByteDistance distance, (int T, int H, int W) query, uint position)
    {
        distance.Enter(query.T, query.H, query.H + 1);
        return distance.MeasureScalar(query.H, query.W, position);
    }

    public static float MeasureScalar(FloatDistance distance, (int T, int H, int W) query, uint position)
    {
        distance.Enter(query.T, query.H, query.H + 1);
        return distance.MeasureScalar(query.H, query.W, position);
    }

    private static float Measure<T, TDistance>(TDistance distance, (int T, int H, int W) query, uint position)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        float measured;
        int column = query.W;
        distance.Enter(query.T, query.H, query.H + 1);
        distance.Measure(query.H, &column, &position, 1, &measured);
        return measured;
    }
}
