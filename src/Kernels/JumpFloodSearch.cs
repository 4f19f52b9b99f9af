using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels;

/// <summary>
/// PatchMatch by jump flooding with the official program's schedule: 20 passes, each of which lets every query patch try,
/// besides its current match, one uniformly random place, its match moved by noise, and the offsets of its six
/// neighbours at a distance of 8, 4, 2 or 1, once as they are and once moved by noise. All candidates come from the state
/// before the pass; neighbours outside the grid are left out.
/// </summary>
internal sealed class JumpFloodSearch<T, TDistance> : IPatchSearch<T>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private const int CandidatesPerPass = 14;
    private static readonly int[] Steps = [8, 4, 2, 1];
    private static readonly int[] Radii = [2, 2, 1, 1];
    private const int Rounds = 5;

    /// <inheritdoc/>
    public void Search(SearchTask<T> task, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(workers);
        task.Validate();
        TDistance distance = TDistance.Create(task);
        AllowedKeys allowed = AllowedKeys.Of(task.Field.KeyGrid, task.KeyWeights);
        FieldStart.Prepare(task, distance, allowed, workers);
        Extent grid = task.Field.QueryGrid;
        var before = new uint[task.Field.Places.Length];
        int passes = Rounds * Steps.Length;
        for (int pass = 0; pass < passes; pass++)
        {
            task.Field.Places.CopyTo(before, 0);
            int step = Steps[pass % Steps.Length], radius = Radii[pass % Radii.Length];
            ulong seed = Hash.Derive(task.Seed, (ulong)pass);
            workers.For(grid.T * grid.H, row => Row(task, distance, allowed, before, step, radius, seed, row / grid.H, row % grid.H));
            task.Progress?.Invoke((pass + 1.0) / passes);
        }
    }

    /// <inheritdoc/>
    public double Evaluations(long queryPatches, long keyPatches, int iteration) =>
        (double)queryPatches * ((Rounds * Steps.Length * CandidatesPerPass) + 1);

    /// <inheritdoc/>
    public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels) =>
        (query.PatchGrid(patch).Count * sizeof(uint)) + TDistance.WorkingBytes(query, keys, patch, channels);

    [MethodImpl(Jit.Hot)]
    private static void Row(
        SearchTask<T> task, TDistance distance, AllowedKeys allowed, uint[] before, int step, int radius, ulong seed, int t, int h)
    {
        NearestNeighbourField field = task.Field;
        Extent grid = field.QueryGrid;
        int index = ((t * grid.H) + h) * grid.W;
        for (int w = 0; w < grid.W; w++, index++)
        {
            distance.Aim(t, h, w);
            var patch = new Trial<T, TDistance>(field, ref distance, index);
            var random = new NoiseStream(Hash.Derive(seed, (ulong)index), radius);
            uint now = before[index];
            int nt = field.T(now), nh = field.H(now), nw = field.W(now);
            patch.Offer(field.FromLinear(allowed.Linear(random.Below(allowed.Count))));
            patch.Offer(nt + random.Next(), nh + random.Next(), nw + random.Next());
            for (int side = 0; side < 6; side++)
            {
                int move = (side & 1) == 0 ? -step : step;
                (int dt, int dh, int dw) = (side >> 1) switch { 0 => (move, 0, 0), 1 => (0, move, 0), _ => (0, 0, move) };
                if ((uint)(t + dt) >= (uint)grid.T || (uint)(h + dh) >= (uint)grid.H || (uint)(w + dw) >= (uint)grid.W) continue;
                uint there = before[index + (((dt * grid.H) + dh) * grid.W) + dw];
                int ct = field.T(there) - dt, ch = field.H(there) - dh, cw = field.W(there) - dw;
                patch.Offer(ct, ch, cw);
                patch.Offer(ct + random.Next(), ch + random.Next(), cw + random.Next());
            }

            patch.Settle();
        }
    }
}
