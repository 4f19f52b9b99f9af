using Vgpnn.Kernels.Distances;

namespace Vgpnn.Kernels.Tests.Distances;

/// <summary>Single distances by the kernels that searches use.</summary>
internal static unsafe class DistanceProbe
{
    /// <summary>The distance of the query patch at (t, h, w) to the key patch at <paramref name="place"/>.</summary>
    public static float Measure<TDistance>(TDistance distance, (int T, int H, int W) query, uint place)
        where TDistance : struct, IPatchDistance<byte, TDistance> => Measure<byte, TDistance>(distance, query, place);

    public static float Measure(FloatDistance distance, (int T, int H, int W) query, uint place) =>
        Measure<float, FloatDistance>(distance, query, place);

    /// <summary>The same by the scalar definition.</summary>
    public static float MeasureScalar(ByteDistance distance, (int T, int H, int W) query, uint place)
    {
        distance.Enter(query.T, query.H, query.H + 1);
        return distance.MeasureScalar(query.H, query.W, place);
    }

    public static float MeasureScalar(FloatDistance distance, (int T, int H, int W) query, uint place)
    {
        distance.Enter(query.T, query.H, query.H + 1);
        return distance.MeasureScalar(query.H, query.W, place);
    }

    private static float Measure<T, TDistance>(TDistance distance, (int T, int H, int W) query, uint place)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        float measured;
        int column = query.W;
        distance.Enter(query.T, query.H, query.H + 1);
        distance.Measure(query.H, &column, &place, 1, &measured);
        return measured;
    }
}
