using System.Diagnostics;
using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>
/// Measures the peak throughput of the distance kernel on this machine: one query patch against adjacent key patches, all in the L1
/// cache. Search throughput is reported relative to it.
/// </summary>
public static class DistancePeak
{
    // Short enough that some batches are not interrupted by other processes.
    private const int Batch = 2_000;
    private const int FewestBatches = 200;

    /// <summary>Returns patch distances per second of the fastest batch, for all threads together.</summary>
    /// <param name="patch">Patch size.</param>
    /// <param name="channels">Components per voxel.</param>
    /// <param name="time">Minimum duration of the measurement.</param>
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
            uint[] positions = [.. Enumerable.Range(0, Batch).Select(i => task.Field.Position(0, (i >> 4) & 1, i & 15))];
            var columns = new int[Batch];
            var distances = new float[Batch];
            long start = Stopwatch.GetTimestamp();
            for (int batch = 0; batch < FewestBatches || Stopwatch.GetElapsedTime(start) < time; batch++)
            {
                workers.Cancellation.ThrowIfCancellationRequested();
                long before = Stopwatch.GetTimestamp();
                Run<T, TDistance>(distance, columns, positions, distances);
                best[thread] = Math.Max(best[thread], Batch / Stopwatch.GetElapsedTime(before).TotalSeconds);
            }
        });
        return best.Sum();
    }

    // Fully optimised from the first call instead of after tier-up.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static unsafe void Run<T, TDistance>(TDistance distance, int[] columns, uint[] positions, float[] distances)
        where T : unmanaged
        where TDistance : struct, IPatchDistance<T, TDistance>
    {
        fixed (uint* from = positions)
        {
            fixed (float* to = distances)
            {
                fixed (int* column = columns) distance.Measure(0, column, from, positions.Length, to);
            }
        }
    }
}
