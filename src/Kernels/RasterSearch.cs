namespace Vgpnn.Kernels;

/// <summary>
/// PatchMatch (Barnes et al. 2009) in raster order. In every pass a query patch tries, from neighbours that this pass has
/// already improved: their offsets (propagation) at a distance of 1 and of a jump, one of these moved by noise, and one
/// uniformly random place.
/// <para>
/// Passes run over fixed tiles of one frame × 24 rows. Inside its tile a patch sees what the pass has already done; of other
/// tiles it sees the state before the pass. So tiles can run on any thread in any order with the same result.
/// </para>
/// </summary>
public sealed class RasterSearch : IPatchSearch
{
    private const int TileRows = 24;
    private const int Radius = 2;
    private static readonly int[] Passes = [10, 4, 2];
    private static readonly int[] Jumps = [8, 4, 2];

    /// <inheritdoc/>
    public void Search(SearchTask task, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(workers);
        task.Validate();
        var distance = new PatchDistance(task.Query, task.Keys, task.Patch);
        FieldStart.Prepare(task, distance, workers);
        Extent grid = task.Field.QueryGrid;
        int tilesPerFrame = (grid.H + TileRows - 1) / TileRows;
        var before = new uint[task.Field.Places.Length];
        int passes = PassesAt(task.Iteration);
        for (int pass = 0; pass < passes; pass++)
        {
            task.Field.Places.CopyTo(before, 0);
            var p = new Pass(task, distance, before, Hash.Derive(task.Seed, (ulong)pass), pass % 2 == 0 ? 1 : -1, Jumps[pass % Jumps.Length]);
            workers.For(grid.T * tilesPerFrame, tile => p.Tile(tile / tilesPerFrame, tile % tilesPerFrame * TileRows));
            task.Progress?.Invoke((pass + 1.0) / passes);
        }
    }

    /// <inheritdoc/>
    public double Evaluations(long queryPatches, long keyPatches, int iteration) => (double)queryPatches * (1 + (8 * PassesAt(iteration)));

    /// <inheritdoc/>
    public long WorkingBytes(Extent queryGrid) => queryGrid.Count * sizeof(uint);

    private static int PassesAt(int iteration) => Passes[Math.Min(iteration, Passes.Length - 1)];

    private sealed record Pass(SearchTask Task, PatchDistance Distance, uint[] Before, ulong Seed, int Direction, int Jump)
    {
        public unsafe void Tile(int t, int top)
        {
            NearestNeighbourField field = Task.Field;
            Extent grid = field.QueryGrid, keys = field.KeyGrid;
            int bottom = Math.Min(top + TileRows, grid.H);
            int d = Direction;
            int keyCount = (int)keys.Count;
            fixed (float* query = Task.Query.Buffer, key = Task.Keys.Buffer)
            {
                for (int h = d > 0 ? top : bottom - 1; h >= top && h < bottom; h += d)
                {
                    for (int w = d > 0 ? 0 : grid.W - 1; w >= 0 && w < grid.W; w += d)
                    {
                        int index = (((t * grid.H) + h) * grid.W) + w;
                        var patch = new Trial(field, Distance, query + Distance.QueryStart(t, h, w), key, index);
                        if (patch.IsPerfect) continue;
                        var random = new NoiseStream(Hash.Derive(Seed, (ulong)index), Radius);
                        int pick = random.Below(6);
                        for (int side = 0; side < 6; side++)
                        {
                            int move = side < 3 ? -d : -d * Jump;
                            (int dt, int dh, int dw) = (side % 3) switch { 0 => (0, 0, move), 1 => (0, move, 0), _ => (move, 0, 0) };
                            if ((uint)(t + dt) >= (uint)grid.T || (uint)(h + dh) >= (uint)grid.H || (uint)(w + dw) >= (uint)grid.W) continue;
                            bool inside = dt == 0 && h + dh >= top && h + dh < bottom;
                            int at = index + (((dt * grid.H) + dh) * grid.W) + dw;
                            uint there = inside ? field.Places[at] : Before[at];
                            int ct = field.T(there) - dt, ch = field.H(there) - dh, cw = field.W(there) - dw;
                            patch.TryClamped(ct, ch, cw);
                            if (pick == side) patch.TryClamped(ct + random.Next(), ch + random.Next(), cw + random.Next());
                        }

                        uint anywhere = field.FromLinear(random.Below(keyCount));
                        patch.Try(field.T(anywhere), field.H(anywhere), field.W(anywhere));

                        patch.Store();
                    }
                }
            }
        }
    }
}
