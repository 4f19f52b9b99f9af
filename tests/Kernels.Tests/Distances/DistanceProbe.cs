using Vgpnn.Kernels.Distances;

namespace Vgpnn.Kernels.Tests.Distances;

/// <summary>Measures single distances with the kernels that searches use.</summary>
internal static unsafe class DistanceProbe
{
    /// <summary>Returns the distance between the query patch at (t, h, w) and the key patch at position <paramref name="place"/>.</summary>
    public static float Measure<TDistance>(TDistance distance, (int T, int H, int W) query, uint place)
        where TDistance : struct, IPatchDistance<byte, TDistance> => Measure<byte, TDistance>(distance, query, place);

    public static float Measure(FloatDistance distance, (int T, int H, int W) query, uint place) =>
        Measure<float, FloatDistance>(distance, query, place);

    /// <summary>Returns the same distance in scalar arithmetic.</summary>
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
