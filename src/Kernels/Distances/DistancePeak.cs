using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>
/// What the distance kernel does at most on this machine: one query patch against key patches side by side, all of
/// them in the innermost cache, nothing else to do. Searches are measured against it.
/// </summary>
public static class DistancePeak
{
    // Short enough that some batches run without being interrupted, and so many that these are among them.
    private const int Batch = 2_000;
    private const int FewestBatches = 200;

    /// <summary>Patch distances per second, the best of several batches, all threads together.</summary>
    /// <param name="patch">Patch size.</param>
    /// <param name="channels">Samples per voxel.</param>
    /// <param name="time">How long to measure at least.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public static double Measure<T>(Extent patch, int channels, TimeSpan time, Workers workers)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(workers);
        return typeof(T) == typeof(float)
            ? Measure<float, FloatDistance>(patch, channels, time, workers)
            : Measure<byte, ByteDistance>(patch, channels, time, workers);
    }

    private static double Measure<T, TDistance>(Extent patch, int channels, TimeSpan time, Workers workers)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        var size = new Extent(patch.T, patch.H + 1, patch.W + 15);
        var best = new double[workers.Threads];
        workers.For(workers.Threads, thread =>
        {
            var task = new SearchTask<T>
            {
                Query = new Volume<T>(patch, channels),
                Keys = new Volume<T>(size, channels),
                Patch = patch,
                Field = new NearestNeighbourField(patch, size, patch),
            };
            TDistance distance = TDistance.Create(task, new Workers(1));
            distance.Enter(0, 0, 1);
            uint[] places = [.. Enumerable.Range(0, Batch).Select(i => task.Field.Place(0, (i >> 4) & 1, i & 15))];
            var columns = new int[Batch];
            var distances = new float[Batch];
            long start = Stopwatch.GetTimestamp();
            for (int batch = 0; batch < FewestBatches || Stopwatch.GetElapsedTime(start) < time; batch++)
            {
                workers.Cancellation.ThrowIfCancellationRequested();
                long before = Stopwatch.GetTimestamp();
                Run<T, TDistance>(distance, columns, places, distances);
                best[thread] = Math.Max(best[thread], Batch / Stopwatch.GetElapsedTime(before).TotalSeconds);
            }
        });
        return best.Sum();
    }

    // Optimised from its first call on, not once it has proved to be hot.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Run<T, TDistance>(TDistance distance, int[] columns, uint[] places, float[] distances)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        fixed (uint* from = places)
        {
            fixed (float* to = distances)
            {
                fixed (int* column = columns) distance.Measure(0, column, from, places.Length, to);
            }
        }
    }
}
