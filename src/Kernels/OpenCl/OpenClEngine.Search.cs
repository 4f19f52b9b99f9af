namespace Vgpnn.Kernels.OpenCl;

/// <summary>A search on a device: for every patch of the queries the nearest patch of the keys.</summary>
public sealed record DeviceSearch
{
    /// <summary>Q of every sample; of one, for all samples of the keys.</summary>
    public required DeviceVolume Query { get; init; }

    /// <summary>K, for all samples or for each.</summary>
    public required DeviceVolume Keys { get; init; }

    /// <summary>The field to fill. Above iteration 0 its places are where the search starts.</summary>
    public required DeviceField Field { get; init; }

    /// <summary>Which keys may be chosen, and what they weigh; null: all weigh the same.</summary>
    public DeviceWeights? Weights { get; init; }

    /// <summary>Channels of the volumes.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>EM iteration within the level, from 0.</summary>
    public int Iteration { get; init; }

    /// <summary>The samples' seeds.</summary>
    public required DeviceSeeds Seeds { get; init; }

    /// <summary>What these random choices are for: searches of one sample have different numbers.</summary>
    public ulong Purpose { get; init; }

    /// <summary>Looked at between launches.</summary>
    public CancellationToken Cancellation { get; init; }
}

public sealed partial class OpenClEngine
{
    // As the official program: distances of neighbours in turn, and how far what they offer is moved besides.
    private static readonly int[] Steps = [8, 4, 2, 1];
    private static readonly int[] Radii = [2, 2, 1, 1];

    // Passes at EM iteration 0, 1 and later. A pass has 14 candidates, less those that equal the match.
    private static readonly int[] Passes = [20, 12, 8];
    private const int CandidatesPerPass = 14;

    // Keys of a launch of the exhaustive search, so that none takes so long that nobody can cancel it.
    private const long EvaluationsPerLaunch = 1L << 31;

    private DeviceMark? _pace;

    /// <summary>Fills a field by jump flooding, or from iteration 1 on makes it better.</summary>
    public void JumpFlood(DeviceSearch task)
    {
        ArgumentNullException.ThrowIfNull(task);
        DeviceField field = task.Field;
        OpenClProgram program = _session.Patches(field.Patch, task.Channels);
        (Int4 querySize, Int4 keySize) = (task.Query.Size(field.Samples), task.Keys.Size(field.Samples));
        DeviceBuffer? weights = task.Weights?.ByPlace, allowed = task.Weights?.Allowed;
        uint choices = (uint)(task.Weights?.Count ?? field.KeyGrid.Count);
        LaunchCost cost = SearchCost(field, task);
        _session.LaunchGrid(
            program, "search_start", field.QueryGrid, field.Samples, cost,
            task.Query.Buffer, querySize, task.Keys.Buffer, keySize, weights, allowed, choices, field.Places, field.Distances, task.Seeds.Buffer,
            Hash.Derive(task.Purpose, ulong.MaxValue), task.Iteration == 0 ? 1 : 0, _session.Counters());
        int passes = Passes[Math.Min(task.Iteration, Passes.Length - 1)];
        for (int i = 0; i < passes; i++)
        {
            field.Swap();
            _session.LaunchGrid(
                program, "jump_flood", field.QueryGrid, field.Samples, cost,
                task.Query.Buffer, querySize, task.Keys.Buffer, keySize, weights, allowed, choices, field.Before, field.Places, field.Distances,
                task.Seeds.Buffer, Hash.Derive(task.Purpose, (ulong)i), Steps[i % Steps.Length], Radii[i % Radii.Length], _session.Counters());
            Pace(task.Cancellation);
        }
    }

    /// <summary>Tries every key for every query; of equally near ones the first in [T, H, W] order wins.</summary>
    public void Exhaustive(DeviceSearch task)
    {
        ArgumentNullException.ThrowIfNull(task);
        DeviceField field = task.Field;
        OpenClProgram program = _session.Patches(field.Patch, task.Channels);
        (Int4 querySize, Int4 keySize) = (task.Query.Size(field.Samples), task.Keys.Size(field.Samples));
        DeviceBuffer? weights = task.Weights?.ByPlace;
        LaunchCost cost = SearchCost(field, task);
        if (task.Query.IsWide)
        {
            _session.LaunchGrid(
                program, "exhaustive_wide", field.QueryGrid, field.Samples, cost,
                task.Query.Buffer, querySize, task.Keys.Buffer, keySize, weights, field.Places, field.Distances, _session.Counters());
            return;
        }

        long frame = field.QueryGrid.Count * field.Samples * field.KeyGrid.H * field.KeyGrid.W;
        int together = (int)Math.Clamp(EvaluationsPerLaunch / frame, 1, field.KeyGrid.T);
        for (int t = 0; t < field.KeyGrid.T; t += together)
        {
            _session.LaunchGrid(
                program, "exhaustive", field.QueryGrid, field.Samples, cost,
                task.Query.Buffer, querySize, task.Keys.Buffer, keySize, weights, t, Math.Min(t + together, field.KeyGrid.T),
                field.Places, field.Distances, _session.Counters());
            Pace(task.Cancellation);
        }
    }

    /// <summary>About how many patch distances a search by jump flooding begins.</summary>
    public static double Evaluations(long queryPatches, int iteration) =>
        (double)queryPatches * ((Passes[Math.Min(iteration, Passes.Length - 1)] * CandidatesPerPass) + 1);

    /// <summary>A field over these sizes; its places are not defined.</summary>
    public DeviceField Field(Extent query, Extent keys, Extent patch, int samples = 1) => new(_session, query, keys, patch, samples);

    /// <summary>Weights of key patches on the device, as whole numbers: the largest finite one becomes 2³² − 1.</summary>
    /// <param name="weights">As <see cref="SearchTask{T}.KeyWeights"/>.</param>
    /// <param name="keys">Size of K.</param>
    /// <param name="patch">Patch size.</param>
    public DeviceWeights Weights(float[] weights, Extent keys, Extent patch)
    {
        ArgumentNullException.ThrowIfNull(weights);
        Extent grid = keys.PatchGrid(patch);
        double unit = uint.MaxValue / (double)weights.Where(float.IsFinite).Max();
        var byPlace = new uint[keys.Count];
        var allowed = new List<uint>();
        for (int i = 0; i < weights.Length; i++)
        {
            if (!float.IsFinite(weights[i])) continue;
            int w = i % grid.W, row = i / grid.W;
            uint place = (uint)((((row / grid.H * keys.H) + (row % grid.H)) * keys.W) + w);
            byPlace[place] = (uint)Math.Clamp(Math.Round(weights[i] * unit), 1, uint.MaxValue);
            allowed.Add(place);
        }

        return new DeviceWeights(_session.Upload<uint>(byPlace), _session.Upload<uint>(allowed.ToArray()), allowed.Count);
    }

    /// <summary>
    /// Weights that make a search use all of the keys (<see cref="Completeness"/>), in whole numbers: 2⁴⁰/(α + d).
    /// </summary>
    /// <param name="users">Every key patch's nearest query patch: a search with Q and K changed over.</param>
    /// <param name="alpha">α for samples in [−1, 1].</param>
    public DeviceWeights CompletenessWeights(DeviceField users, double alpha)
    {
        ArgumentNullException.ThrowIfNull(users);
        if (!(alpha > 0)) throw new ArgumentOutOfRangeException(nameof(alpha));
        Extent keys = users.Query;
        DeviceBuffer byPlace = _session.Allocate(keys.Count * sizeof(uint));
        ulong offset = (ulong)Math.Max(1, Math.Round(alpha * 127.5 * 127.5));
        _session.LaunchFlat(
            _session.Patches(users.Patch, 3), "completeness_weights", keys.Count, new LaunchCost(2 * sizeof(uint) * keys.Count),
            users.Distances, Int4.Of(keys, shared: true), offset, byPlace);
        return new DeviceWeights(byPlace, null, (int)users.QueryGrid.Count);
    }

    /// <summary>Begins to sum every sample's distances; the field may be used again at once.</summary>
    public PendingMeans BeginMeanDistances(DeviceField field)
    {
        ArgumentNullException.ThrowIfNull(field);
        long each = field.QueryGrid.Count;
        int groups = (int)Math.Clamp(each / 1024, 1, 64);
        DeviceBuffer sums = _session.Allocate((long)groups * field.Samples * sizeof(ulong));
        _session.LaunchGroups(
            _session.Patches(field.Patch, 3), "sum_distances", groups, field.Samples, new LaunchCost(each * field.Samples * sizeof(uint)),
            field.Distances, (uint)each, sums);
        return new PendingMeans(_session, sums, groups, field.Samples, each);
    }

    /// <summary>
    /// Waits for what was asked for before the last call of this: one launch runs and one waits behind it, which is enough to keep the
    /// device busy, and few enough to stop soon.
    /// </summary>
    public void Pace(CancellationToken cancellation)
    {
        DeviceMark now = Mark();
        DeviceMark? before = _pace;
        _pace = now;
        before?.Wait(cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    // Tiles of queries, and what a work item reads and writes of the field; rows of keys are counted.
    private static LaunchCost SearchCost(DeviceField field, DeviceSearch task)
    {
        long patches = field.QueryGrid.Count * field.Samples;
        int tile = field.Patch.T * (DeviceSession.GroupH + field.Patch.H - 1) * (DeviceSession.GroupW + field.Patch.W - 1) * DeviceVolume.VoxelBytes;
        long groups = patches / (DeviceSession.GroupH * DeviceSession.GroupW);
        return new LaunchCost((groups * tile) + (10 * sizeof(uint) * patches), -1, field.Patch.W * DeviceVolume.VoxelBytes);
    }
}
