using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>
/// PatchMatch (Barnes et al. 2009) in raster order, on 3-D fields. In every pass a query patch tries the offsets of its
/// neighbours at a distance of 1 (propagation) and of 8, 4 or 2 in turn; its own match and some of these offsets moved by
/// at most one voxel per axis; and, while the keys are new, one uniformly random place. The windows of random search that shrink around the
/// match, as the paper of 2009 has them, gain less here than moved neighbours: good matches lie side by side.
/// <para>
/// Passes run over fixed tiles of one frame × 24 rows, forwards and backwards in turn. Inside its tile a patch sees what
/// the pass has already improved; of other tiles it sees the state before the pass. So tiles can run on any thread in
/// any order with the same result.
/// </para>
/// </summary>
internal sealed class RasterSearch<T, TDistance> : IPatchSearch<T>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private const int TileRows = 24;
    private const int Radius = 1;
    private const int Moved = 2;
    private const int Sources = 7;
    private static readonly int[] Jumps = [8, 4, 2];

    // Passes at EM iteration 0, 1 and later: from scratch, then with sharp keys, then with a new query only.
    private static readonly int[] Passes = [4, 4, 2];

    /// <inheritdoc/>
    public void Search(SearchTask<T> task, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(workers);
        task.Validate();
        TDistance distance = TDistance.Create(task);

        // The keys are new twice: blurred at iteration 0, sharp from iteration 1 on.
        AllowedKeys allowed = AllowedKeys.Of(task.Field.KeyGrid, task.KeyWeights);
        PatchIndex<T>? index = task.Iteration <= 1 ? new PatchIndex<T>(task.Keys, task.Patch, allowed, workers) : null;
        FieldStart.Prepare(task, distance, allowed, workers, index);
        Extent grid = task.Field.QueryGrid;
        int tilesPerFrame = (grid.H + TileRows - 1) / TileRows;
        var before = new uint[task.Field.Places.Length];
        int passes = PassesAt(task.Iteration);
        for (int i = 0; i < passes; i++)
        {
            task.Field.Places.CopyTo(before, 0);
            int direction = i % 2 == 0 ? 1 : -1;
            var pass = new Pass(task, distance, allowed, before, Hash.Derive(task.Seed, (ulong)i), direction, Jumps[i % Jumps.Length]);
            workers.For(grid.T * tilesPerFrame, tile => pass.Tile(tile / tilesPerFrame, tile % tilesPerFrame * TileRows));
            task.Progress?.Invoke((i + 1.0) / passes);
        }
    }

    /// <inheritdoc/>
    public double Evaluations(long queryPatches, long keyPatches, int iteration) =>
        (double)queryPatches * (1 + (iteration <= 1 ? 12 : 0) + (7 * PassesAt(iteration)));

    /// <inheritdoc/>
    public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels) =>
        (query.PatchGrid(patch).Count * sizeof(uint)) + PatchIndex<T>.Bytes(keys.PatchGrid(patch)) + TDistance.WorkingBytes(query, keys, patch, channels);

    private static int PassesAt(int iteration) => Passes[Math.Min(iteration, Passes.Length - 1)];

    private sealed record Pass(
        SearchTask<T> Task, TDistance Distance, AllowedKeys Allowed, uint[] Before, ulong Seed, int Direction, int Jump)
    {
        [MethodImpl(Jit.Hot)]
        public void Tile(int t, int top)
        {
            NearestNeighbourField field = Task.Field;
            TDistance distance = Distance;
            Extent grid = field.QueryGrid;
            int bottom = Math.Min(top + TileRows, grid.H);
            for (int h = Direction > 0 ? top : bottom - 1; h >= top && h < bottom; h += Direction)
            {
                for (int w = Direction > 0 ? 0 : grid.W - 1; w >= 0 && w < grid.W; w += Direction)
                {
                    int index = (((t * grid.H) + h) * grid.W) + w;
                    var patch = new Trial<T, TDistance>(field, ref distance, index);
                    if (patch.IsPerfect) continue;
                    distance.Aim(t, h, w);
                    Improve(ref patch, (t, h, w), index, top, bottom);
                }
            }
        }

        [MethodImpl(Jit.Hot)]
        private void Improve(ref Trial<T, TDistance> patch, (int T, int H, int W) at, int index, int top, int bottom)
        {
            NearestNeighbourField field = Task.Field;
            Extent grid = field.QueryGrid;
            var random = new NoiseStream(Hash.Derive(Seed, (ulong)index), Radius);
            int moved = 0;
            for (int i = 0; i < Moved; i++) moved |= 1 << random.Below(Sources);
            for (int source = 0; source < Sources; source++)
            {
                // Source 0 is the patch's own match, 1 to 3 the neighbours beside it, 4 to 6 those a jump away.
                int step = source == 0 ? 0 : source < 4 ? -Direction : -Direction * Jump;
                (int dt, int dh, int dw) = (source % 3) switch { 1 => (0, 0, step), 2 => (0, step, 0), _ => (step, 0, 0) };
                if ((uint)(at.T + dt) >= (uint)grid.T || (uint)(at.H + dh) >= (uint)grid.H || (uint)(at.W + dw) >= (uint)grid.W) continue;
                bool inside = dt == 0 && at.H + dh >= top && at.H + dh < bottom;
                int from = index + (((dt * grid.H) + dh) * grid.W) + dw;
                uint place = inside ? field.Places[from] : Before[from];
                int t = field.T(place) - dt, h = field.H(place) - dh, w = field.W(place) - dw;
                patch.Offer(t, h, w);
                if ((moved & (1 << source)) != 0) patch.Offer(t + random.Next(), h + random.Next(), w + random.Next());
            }

            if (Task.Iteration <= 1) patch.Offer(field.FromLinear(Allowed.Linear(random.Below(Allowed.Count))));
            patch.Settle();
        }
    }
}
