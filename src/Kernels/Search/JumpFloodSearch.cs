using System.Runtime.CompilerServices;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Search;

/// <summary>
/// PatchMatch by jump flooding with the schedule of the official program: 20 passes, in each of which every query patch tries, in addition
/// to its current match, one uniformly random position, its match shifted by noise, and the offsets of its six neighbours at a distance
/// of 8, 4, 2 or 1, unchanged and shifted by noise. All candidates come from the state before the pass; neighbours outside the grid
/// are skipped.
/// </summary>
internal sealed class JumpFloodSearch<T, TDistance> : IPatchSearch<T>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private const int BandRows = 24;
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
        TDistance distance = TDistance.Create(task, workers);
        AllowedKeys allowed = AllowedKeys.Of(task.Field.KeyGrid, task.KeyWeights);
        Extent grid = task.Field.QueryGrid;
        if (task.Iteration > 0) FieldInitializer.Measure(task, distance, allowed, workers, grid.T);
        else FieldInitializer.Find(task, distance, allowed, workers, index: null, 0, grid.T);
        var before = new uint[task.Field.Positions.Length];
        int passes = Rounds * Steps.Length;
        for (int pass = 0; pass < passes; pass++)
        {
            task.Field.Positions.CopyTo(before, 0);
            int step = Steps[pass % Steps.Length], radius = Radii[pass % Radii.Length];
            ulong seed = Hash.Derive(task.Seed, (ulong)pass);
            int bands = (grid.H + BandRows - 1) / BandRows;
            workers.For(grid.T * bands, piece => Band(task, distance, allowed, before, step, radius, seed, piece / bands, piece % bands * BandRows));
            task.Progress?.Invoke((pass + 1.0) / passes);
        }
    }

    /// <inheritdoc/>
    public double Evaluations(long queryPatches, long keyPatches, int iteration) =>
        (double)queryPatches * ((Rounds * Steps.Length * CandidatesPerPass) + 1);

    /// <inheritdoc/>
    public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels, int iteration) =>
        (query.PatchGrid(patch).Count * sizeof(uint)) + TDistance.WorkingBytes(query, keys, patch, channels);

    [MethodImpl(Jit.Hot)]
    private static void Band(
        SearchTask<T> task, TDistance distance, AllowedKeys allowed, uint[] before, int step, int radius, ulong seed, int t, int top)
    {
        NearestNeighbourField field = task.Field;
        Extent grid = field.QueryGrid;
        int bottom = Math.Min(top + BandRows, grid.H);
        distance.Enter(t, top, bottom);
        CandidateList candidates = CandidateList.OfThread(grid.W * CandidatesPerPass);
        for (int h = top; h < bottom; h++)
        {
            int index = ((t * grid.H) + h) * grid.W;
            for (int w = 0; w < grid.W; w++, index++)
            {
                var random = new NoiseStream(Hash.Derive(seed, (ulong)index), radius);
                (int nt, int nh, int nw) = field.Split(before[index]);
                candidates.Add(w, field.FromLinear(allowed.Linear(random.Below(allowed.Count))));
                candidates.Add(w, Nearest(field, nt + random.Next(), nh + random.Next(), nw + random.Next()));
                for (int side = 0; side < 6; side++)
                {
                    int move = (side & 1) == 0 ? -step : step;
                    (int dt, int dh, int dw) = (side >> 1) switch { 0 => (move, 0, 0), 1 => (0, move, 0), _ => (0, 0, move) };
                    if ((uint)(t + dt) >= (uint)grid.T || (uint)(h + dh) >= (uint)grid.H || (uint)(w + dw) >= (uint)grid.W) continue;
                    (int ct, int ch, int cw) = field.Split(before[index + (((dt * grid.H) + dh) * grid.W) + dw]);
                    (ct, ch, cw) = (ct - dt, ch - dh, cw - dw);
                    candidates.Add(w, Nearest(field, ct, ch, cw));
                    candidates.Add(w, Nearest(field, ct + random.Next(), ch + random.Next(), cw + random.Next()));
                }
            }

            int row = index - grid.W;
            candidates.Settle<T, TDistance>(ref distance, h, field.Positions.AsSpan(row, grid.W), field.Distances.AsSpan(row, grid.W));
        }
    }

    // The position of the key patch nearest to (t, h, w).
    private static uint Nearest(NearestNeighbourField field, int t, int h, int w)
    {
        Extent keys = field.KeyGrid;
        return field.Position(Math.Clamp(t, 0, keys.T - 1), Math.Clamp(h, 0, keys.H - 1), Math.Clamp(w, 0, keys.W - 1));
    }
}
