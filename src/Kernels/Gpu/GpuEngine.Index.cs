using ILGPU;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

public sealed partial class GpuEngine
{
    // Passes at EM iteration 0, 1 and later of a search that starts from an index, and the neighbour distances used in turn: short distances
    // are best after a good start (docs/concepts/gpu.md).
    private static readonly int[] IndexedPasses = [6, 5, 4];
    private static readonly int[] IndexedSteps = [2, 1];

    /// <summary>Builds an index over key patches.</summary>
    /// <param name="keys">K, shared by all samples.</param>
    /// <param name="patch">Patch size.</param>
    /// <param name="weights">Excludes keys; <c>null</c> allows all.</param>
    /// <param name="cancellation">Checked between steps.</param>
    public DeviceIndex Index(DeviceVolume keys, Extent patch, DeviceWeights? weights = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        int candidates = weights?.Count ?? (int)keys.Extent.PatchGrid(patch).Count;
        int step = (candidates + DeviceIndex.MaxKeys - 1) / DeviceIndex.MaxKeys, count = (candidates + step - 1) / step;
        DeviceBuffer columns = _device.Upload<int>(IndexBasis.Columns(patch)), rows = _device.Upload<int>(IndexBasis.Rows(patch));
        using DeviceBuffer numbers = _device.Allocate((long)count * IndexBasis.Numbers * sizeof(int)), positions = _device.Allocate((long)count * sizeof(uint));
        ArrayView<uint> unused = positions.View<uint>();
        LaunchFlat(
            _device.Patches(patch).DescribeKeys, count,
            new LaunchCost(count * ((patch.Count * DeviceVolume.VoxelBytes) + (IndexBasis.Padded * sizeof(int)))), new DescribeArguments
            {
                Keys = keys.Voxels,
                Allowed = weights?.Allowed is null ? unused : weights.Allowed.View<uint>(),
                Numbers = numbers.View<int>(),
                Positions = positions.View<uint>(),
                Index = new IndexArguments
                {
                    Columns = columns.View<int>(),
                    Rows = rows.View<int>(),
                    Nodes = rows.View<int>(),
                    Positions = unused,
                    Leaves = unused,
                },
                KeySize = keys.Size(1),
                IsListed = weights?.Allowed is null ? 0 : 1,
                Step = step,
                Count = count,
            });
        var described = new int[count * IndexBasis.Numbers];
        var at = new uint[count];
        _device.Read(numbers, described.AsSpan());
        _device.Read(positions, at.AsSpan());
        cancellation.ThrowIfCancellationRequested();
        var tree = new IndexTree(described, at);
        return new DeviceIndex(
            patch, tree.Depth, columns, rows, _device.Upload<int>(tree.Nodes), _device.Upload<uint>(tree.Positions), _device.Upload<uint>(tree.Leaves));
    }

    /// <summary>
    /// Fills a field from an index and a few passes of jump flooding, or from iteration 1 improves it. Its distances are close to those of
    /// <see cref="JumpFlood"/> at a third of the work, but the matches differ.
    /// </summary>
    /// <param name="task">The search.</param>
    /// <param name="index">Index over the task's keys; used at iteration 0 only.</param>
    public void IndexedFlood(DeviceSearch task, DeviceIndex? index)
    {
        ArgumentNullException.ThrowIfNull(task);
        DeviceField field = task.Field;
        PatchKernels kernels = _device.Patches(field.Patch);
        LaunchCost cost = SearchCost(kernels, field);
        bool weighted = task.Weights is not null;
        SearchArguments arguments = Arguments(task) with { Salt = Hash.Derive(task.Purpose, ulong.MaxValue) };
        if (task.Iteration == 0)
        {
            ArgumentNullException.ThrowIfNull(index);
            if (index.Patch != field.Patch)
                throw new ArgumentException($"the index is over patches of {index.Patch}; the field is over patches of {field.Patch}", nameof(index));
            KernelConfig config = Config(kernels, field.QueryGrid, field.Samples);
            arguments.Counts = _device.Counters(config, arguments.Seeds);
            _device.Launch(kernels.Lead(weighted, _device.Measures), config, cost, new LeadArguments { Search = arguments, Index = index.Arguments });
        }
        else
        {
            Search(kernels.Start(weighted, _device.Measures), kernels, field, cost, arguments);
        }

        Flood(task, arguments, IndexedPasses[Math.Min(task.Iteration, IndexedPasses.Length - 1)], IndexedSteps, [1, 1]);
    }

    /// <summary>Estimates the number of patch distances that <see cref="IndexedFlood"/> begins.</summary>
    public static double IndexedEvaluations(long queryPatches, int iteration) =>
        (double)queryPatches * ((IndexedPasses[Math.Min(iteration, IndexedPasses.Length - 1)] * CandidatesPerPass) + (iteration == 0 ? IndexBasis.Near : 1));
}
