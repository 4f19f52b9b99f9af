using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

public sealed partial class GpuEngine
{
    // From the official program: neighbour distances used in turn, and the maximum random shift of their candidates.
    private static readonly int[] Steps = [8, 4, 2, 1];
    private static readonly int[] Radii = [2, 2, 1, 1];

    // Passes at EM iteration 0, 1 and later. A pass has 14 candidates, minus those equal to the match.
    private static readonly int[] Passes = [20, 12, 8];
    private const int CandidatesPerPass = 14;

    // Distances per launch of the exhaustive search, limited so that a desktop driver does not stop a long launch.
    private const long EvaluationsPerLaunch = 1L << 28;

    /// <summary>Fills a field by jump flooding, or from iteration 1 improves it.</summary>
    public void JumpFlood(DeviceSearch task)
    {
        ArgumentNullException.ThrowIfNull(task);
        DeviceField field = task.Field;
        PatchKernels kernels = _device.Patches(field.Patch);
        LaunchCost cost = SearchCost(kernels, field);
        SearchArguments arguments = Arguments(task) with
        {
            Salt = Hash.Derive(task.Purpose, ulong.MaxValue),
            IsFresh = task.Iteration == 0 ? 1 : 0,
        };
        bool weighted = task.Weights is not null;
        Search(kernels.Start(weighted, _device.Measures), kernels, field, cost, arguments);
        Flood(task, arguments, Passes[Math.Min(task.Iteration, Passes.Length - 1)], Steps, Radii);
    }

    /// <summary>Compares every query patch with every key patch; on equal distances the first key in T×H×W order wins.</summary>
    public void Exhaustive(DeviceSearch task)
    {
        ArgumentNullException.ThrowIfNull(task);
        DeviceField field = task.Field;
        PatchKernels kernels = _device.Patches(field.Patch);
        LaunchCost cost = SearchCost(kernels, field);
        SearchArguments arguments = Arguments(task);
        bool weighted = task.Weights is not null;
        if (task.Query.IsWide)
        {
            Search(kernels.Wide(weighted, task.Keys.IsWide, _device.Measures), kernels, field, cost, arguments);
            Throttle((double)field.QueryGrid.Count * field.Samples * field.KeyGrid.Count, task.Cancellation);
            return;
        }

        long frame = field.QueryGrid.Count * field.Samples * field.KeyGrid.H * field.KeyGrid.W;
        int together = (int)Math.Clamp(EvaluationsPerLaunch / frame, 1, field.KeyGrid.T);
        for (int t = 0; t < field.KeyGrid.T; t += together)
        {
            (arguments.First, arguments.End) = (t, Math.Min(t + together, field.KeyGrid.T));
            Search(kernels.Exhaustive(weighted, _device.Measures), kernels, field, cost, arguments);
            Throttle((double)frame * (arguments.End - t), task.Cancellation);
        }
    }

    /// <summary>Starts tracking changes of queries, relative to the current ones.</summary>
    public DeviceChanges Changes(DeviceVolume query, Extent patch)
    {
        ArgumentNullException.ThrowIfNull(query);
        var changes = new DeviceChanges(_device, query.Extent, patch, query.Samples);
        CopyFrames(query, 0, changes.Before, 0, query.Extent.T);
        return changes;
    }

    /// <summary>Compares queries with those of the previous call, for the next search.</summary>
    public void Update(DeviceChanges changes, DeviceVolume query)
    {
        ArgumentNullException.ThrowIfNull(changes);
        ArgumentNullException.ThrowIfNull(query);
        if (query.Extent != changes.Query || query.Samples != changes.Before.Samples)
            throw new ArgumentException($"the queries have another size than the {changes.Before.Samples}×{changes.Query} that are tracked", nameof(query));
        LaunchFlat(
            _device.Patches(changes.Patch).Compare, changes.Blocks, new LaunchCost(2 * DeviceVolume.VoxelBytes * query.Extent.Count * query.Samples),
            new CompareArguments
            {
                Now = query.Voxels,
                Before = changes.Before.Voxels,
                Unchanged = changes.Unchanged.View<byte>(),
                Size = Size.Of(query.Extent, shared: false),
                Count = (int)changes.Blocks,
            });
        CopyFrames(query, 0, changes.Before, 0, query.Extent.T);
    }

    /// <summary>Estimates the number of patch distances that <see cref="JumpFlood"/> begins.</summary>
    public static double Evaluations(long queryPatches, int iteration) =>
        (double)queryPatches * ((Passes[Math.Min(iteration, Passes.Length - 1)] * CandidatesPerPass) + 1);

    /// <summary>Allocates a field; its positions are undefined.</summary>
    public DeviceField Field(Extent query, Extent keys, Extent patch, int samples = 1) => new(_device, query, keys, patch, samples);

    /// <summary>Uploads weights of key patches as integers; the largest finite weight becomes 2³² − 1.</summary>
    /// <param name="weights">As <see cref="SearchTask{T}.KeyWeights"/>.</param>
    /// <param name="keys">Size of K.</param>
    /// <param name="patch">Patch size.</param>
    public DeviceWeights Weights(float[] weights, Extent keys, Extent patch)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Extent grid = keys.PatchGrid(patch);
        double unit = uint.MaxValue / (double)weights.Where(float.IsFinite).Max();
        var byPosition = new uint[keys.Count];
        var allowed = new List<uint>();
        for (int i = 0; i < weights.Length; i++)
        {
            if (!float.IsFinite(weights[i])) continue;
            int w = i % grid.W, row = i / grid.W;
            uint position = (uint)((((row / grid.H * keys.H) + (row % grid.H)) * keys.W) + w);
            byPosition[position] = (uint)Math.Clamp(Math.Round(weights[i] * unit), 1, uint.MaxValue);
            allowed.Add(position);
        }

        return new DeviceWeights(_device.Upload<uint>(byPosition), _device.Upload<uint>(allowed.ToArray()), allowed.Count);
    }

    /// <summary>
    /// Computes completeness weights (<see cref="Completeness"/>) for each sample in integer arithmetic: 2⁴⁰/(α + d).
    /// </summary>
    /// <param name="reverse">Nearest query patch of each key patch: the field of a search with Q and K exchanged.</param>
    /// <param name="alpha">α for components in [−1, 1], above 0.</param>
    public DeviceWeights CompletenessWeights(DeviceField reverse, double alpha)
    {
        ArgumentNullException.ThrowIfNull(reverse);
        if (!(alpha > 0)) throw new ArgumentOutOfRangeException(nameof(alpha));
        Extent keys = reverse.Query;
        long count = keys.Count * reverse.Samples;
        DeviceBuffer byPosition = _device.Allocate(count * sizeof(uint));
        LaunchFlat(_device.Flat.CompletenessWeights, count, new LaunchCost(2 * sizeof(uint) * count), new FieldArguments
        {
            Distances = reverse.Distances.View<uint>(),
            Weights = byPosition.View<uint>(),
            Sums = byPosition.View<ulong>(),
            Size = Size.Of(keys, shared: true),
            Grid = Size.Of(reverse.QueryGrid, shared: false),
            Alpha = (ulong)Math.Max(1, Math.Round(alpha * 127.5 * 127.5)),
            Each = (int)keys.Count,
            Count = (int)count,
        });
        return new DeviceWeights(byPosition, null, (int)reverse.QueryGrid.Count, reverse.Samples == 1 ? 0 : keys.Count);
    }

    /// <summary>Starts summing the distances of each sample; the field can be reused immediately.</summary>
    public PendingMeans BeginMeanDistances(DeviceField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        long each = field.QueryGrid.Count;
        int groups = (int)Math.Clamp(each / 1024, 1, 64), threads = _device.FlatThreads;
        DeviceBuffer sums = _device.Allocate((long)groups * field.Samples * sizeof(ulong));
        _device.Launch(
            _device.Description.Kind == DeviceKind.Simulator ? _device.Flat.SmallSum : _device.Flat.Sum,
            new KernelConfig(new Index3D(groups, field.Samples, 1), new Index3D(threads, 1, 1)),
            new LaunchCost(each * field.Samples * sizeof(uint)),
            new FieldArguments
            {
                Distances = field.Distances.View<uint>(),
                Weights = field.Distances.View<uint>(),
                Sums = sums.View<ulong>(),
                Each = (int)each,
            });
        return new PendingMeans(_device, sums, groups, field.Samples, each);
    }

    private void Flood(DeviceSearch task, SearchArguments arguments, int passes, int[] steps, int[] radii)
    {
        DeviceField field = task.Field;
        PatchKernels kernels = _device.Patches(field.Patch);
        Kernel<SearchArguments> pass = kernels.Pass(task.Weights is not null, _device.Measures);
        LaunchCost cost = SearchCost(kernels, field);
        for (int i = 0; i < passes; i++)
        {
            field.Swap();
            arguments.Before = field.Before.View<uint>();
            arguments.Positions = field.Positions.View<uint>();
            arguments.Salt = Hash.Derive(task.Purpose, (ulong)i);
            arguments.Step = steps[i % steps.Length];
            arguments.Radius = radii[i % radii.Length];
            Search(pass, kernels, field, cost, arguments);
            Throttle((double)field.QueryGrid.Count * field.Samples * CandidatesPerPass, task.Cancellation);
        }
    }

    private void Search(Kernel<SearchArguments> kernel, PatchKernels kernels, DeviceField field, LaunchCost cost, SearchArguments arguments)
    {
        KernelConfig config = Config(kernels, field.QueryGrid, field.Samples);
        arguments.Counts = _device.Counters(config, arguments.Seeds);
        _device.Launch(kernel, config, cost, arguments);
    }

    // ILGPU cannot pass empty views, so unused arguments refer to arbitrary memory.
    private static SearchArguments Arguments(DeviceSearch task)
    {
        DeviceField field = task.Field;
        DeviceWeights? weights = task.Weights;
        ArrayView<uint> positions = field.Positions.View<uint>();
        ArrayView<ulong> seeds = task.Seeds.Buffer.View<ulong>();
        return new SearchArguments
        {
            Query = task.Query.Voxels,
            WideQuery = task.Query.IsWide ? task.Query.WideVoxels : seeds,
            Keys = task.Keys.Voxels,
            WideKeys = task.Keys.IsWide ? task.Keys.WideVoxels : seeds,
            Weights = weights is null ? positions : weights.ByPosition.View<uint>(),
            WeightsNext = weights?.Next ?? 0,
            Allowed = weights?.Allowed is null ? positions : weights.Allowed.View<uint>(),
            Before = field.Before.View<uint>(),
            Positions = positions,
            Distances = field.Distances.View<uint>(),
            Seeds = seeds,
            Unchanged = (task.Changes?.Unchanged ?? field.Positions).View<byte>(),
            SkipsUnchanged = task.Changes is null || task.Iteration == 0 ? 0 : 1,
            Counts = seeds,
            QuerySize = task.Query.Size(field.Samples),
            KeySize = task.Keys.Size(field.Samples),
            Choices = (uint)(weights?.Count ?? field.KeyGrid.Count),
            IsListed = weights?.Allowed is null ? 0 : 1,
            End = field.KeyGrid.T,
        };
    }

    // Tiles of queries, and the field's values per thread; rows of keys are counted by the kernel.
    private static LaunchCost SearchCost(PatchKernels kernels, DeviceField field)
    {
        long patches = field.QueryGrid.Count * field.Samples, groups = patches / (kernels.GroupH * kernels.GroupW);
        return new LaunchCost(
            (groups * kernels.Tile * DeviceVolume.VoxelBytes) + (10 * sizeof(uint) * patches), -1, field.Patch.W * DeviceVolume.VoxelBytes);
    }
}
