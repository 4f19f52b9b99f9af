using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Distances;
using Vgpnn.Kernels.Indexing;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Search;

/// <summary>
/// PatchMatch (Barnes et al. 2009) row by row, on 3-D fields. In every pass a query patch tries the offsets of its neighbours at a distance
/// of 1 (propagation) and of 8, 4 or 2 in turn, and its own match and one neighbour's offset shifted by at most one voxel per
/// axis. The original random search in shrinking windows gains less than shifted neighbours here, because good matches are adjacent.
/// <para>
/// Passes run over fixed tiles of one frame × 24 rows, alternately forwards and backwards. Within its tile a row sees the improvements
/// of the previous row in this pass; of other tiles it sees the state before the pass. Tiles can therefore run on any thread in any order
/// with the same result.
/// </para>
/// <para>
/// All patches of a row are processed together (<see cref="CandidateList"/>), so the result of a patch does not depend on its left
/// neighbour's. Improved matches are then propagated along the row one patch after the other, because few patches improve.
/// </para>
/// </summary>
internal sealed class PatchMatchSearch<T, TDistance> : IPatchSearch<T>
    where T : unmanaged
    where TDistance : struct, IPatchDistance<T, TDistance>
{
    private const int TileRows = 24;
    private const int Sources = 8;

    // Columns that are collected and measured together: their data fit into the L1 cache.
    private const int Segment = 256;

    // Patches of a field whose initialisation takes more than a second.
    private const long LargeField = 1_000_000;
    private static readonly int[] Jumps = [8, 4, 2];

    // Passes at EM iteration 0, 1 and later: from scratch, then with sharp keys, then with a new query only. Building another index over
    // the sharp keys costs as much as three passes and finds less.
    private static readonly int[] Passes = [6, 7, 4];

    /// <inheritdoc/>
    public void Search(SearchTask<T> task, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(workers);
        task.Validate();
        TDistance distance = TDistance.Create(task, workers);

        AllowedKeys allowed = AllowedKeys.Of(task.Field.KeyGrid, task.KeyWeights);
        Extent grid = task.Field.QueryGrid;
        int starts = StartSteps(task), passes = PassesAt(task.Iteration);
        Start(task, distance, allowed, workers, starts);
        int tilesPerFrame = (grid.H + TileRows - 1) / TileRows;
        var before = new uint[task.Field.Positions.Length];
        for (int i = Math.Max(0, task.StepsDone - starts); i < passes; i++)
        {
            task.Field.Positions.CopyTo(before, 0);
            int direction = i % 2 == 0 ? 1 : -1;
            var pass = new Pass(task, distance, before, Hash.Derive(task.Seed, (ulong)i), direction, Jumps[i % Jumps.Length]);
            workers.For(grid.T * tilesPerFrame, tile => pass.Tile(tile / tilesPerFrame, tile % tilesPerFrame * TileRows));
            StepDone(task, starts + i + 1, workers);
        }
    }

    // Queries are initialised independently: large fields frame by frame, so that an interruption loses little work.
    private static void Start(SearchTask<T> task, TDistance distance, AllowedKeys allowed, Workers workers, int starts)
    {
        int frames = task.Field.QueryGrid.T, known = task.Iteration > 0 || task.StepsDone >= Math.Max(1, starts) ? frames : task.StepsDone;
        PatchIndex<T>? index = known < frames ? new PatchIndex<T>(task.Keys, task.Patch, allowed, workers) : null;
        if (known > 0) FieldInitializer.Measure(task, distance, allowed, workers, known);
        int each = starts > 0 ? 1 : frames;
        for (int t = known; t < frames; t += each)
        {
            FieldInitializer.Find(task, distance, allowed, workers, index!, t, each);
            if (starts > 0) StepDone(task, t + 1, workers);
        }
    }

    private static int StartSteps(SearchTask<T> task) => task.Iteration == 0 && task.Field.QueryGrid.Count > LargeField ? task.Field.QueryGrid.T : 0;

    private static void StepDone(SearchTask<T> task, int done, Workers workers)
    {
        int starts = StartSteps(task), passes = PassesAt(task.Iteration), steps = starts + passes;

        // Initialisation costs about as much as 1.25 passes.
        const double pass = 4, start = 1 + PatchIndex<T>.Near;
        task.Progress?.Invoke(starts == 0 ? (double)done / steps
            : ((start * Math.Min(1, (double)done / starts)) + (pass * Math.Max(0, done - starts))) / (start + (pass * passes)));
        workers.Cancellation.ThrowIfCancellationRequested();
        if (done < steps) task.StepCompleted?.Invoke(done);
    }

    /// <inheritdoc/>
    public double Evaluations(long queryPatches, long keyPatches, int iteration) =>
        (double)queryPatches * (1 + (iteration == 0 ? PatchIndex<T>.Near : 0) + (4 * PassesAt(iteration)));

    /// <inheritdoc/>
    public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels, int iteration) =>
        (query.PatchGrid(patch).Count * sizeof(uint)) + (iteration == 0 ? PatchIndex<T>.Bytes(keys.PatchGrid(patch)) : 0)
        + TDistance.WorkingBytes(query, keys, patch, channels);

    private static int PassesAt(int iteration) => Passes[Math.Min(iteration, Passes.Length - 1)];

    private sealed record Pass(
        SearchTask<T> Task, TDistance Distance, uint[] Before, ulong Seed, int Direction, int Jump)
    {
        private const int Lanes = 8;

        [MethodImpl(Jit.Hot)]
        public void Tile(int t, int top)
        {
            NearestNeighbourField field = Task.Field;
            TDistance distance = Distance;
            Extent grid = field.QueryGrid;
            int bottom = Math.Min(top + TileRows, grid.H);
            distance.Enter(t, top, bottom);
            CandidateList candidates = CandidateList.OfThread((Segment + Lanes) * Sources);
            for (int h = Direction > 0 ? top : bottom - 1; h >= top && h < bottom; h += Direction)
            {
                int row = ((t * grid.H) + h) * grid.W;
                Span<uint> positions = field.Positions.AsSpan(row, grid.W);
                Span<float> distances = field.Distances.AsSpan(row, grid.W);
                for (int w = 0; w < grid.W; w += Segment)
                {
                    Collect(candidates, t, h, top, bottom, w, Math.Min(w + Segment, grid.W));
                    candidates.Settle<T, TDistance>(ref distance, h, positions, distances);
                }

                Sweep(ref distance, h, positions, distances, Before.AsSpan(row, grid.W));
            }
        }

        // Candidates of each group of 8 patches: vectors of positions, one lane per patch; a lane without a candidate holds its own match.
        [MethodImpl(Jit.Hot)]
        private void Collect(CandidateList candidates, int t, int h, int top, int bottom, int first, int end)
        {
            NearestNeighbourField field = Task.Field;
            Extent grid = field.QueryGrid, keys = field.Keys;
            int row = ((t * grid.H) + h) * grid.W, frame = grid.H * grid.W;
            uint[] now = field.Positions;
            int rowStep = keys.W, frameStep = keys.H * keys.W;

            // Rows and frames one step behind in the direction of the pass, or this row itself if there are no such rows.
            (uint[] From, int Index, uint Move) Row(int step)
            {
                int from = h - (Direction * step);
                if ((uint)from >= (uint)grid.H) return (now, row, 0);
                return (from >= top && from < bottom ? now : Before, row - (Direction * step * grid.W), (uint)(Direction * step * rowStep));
            }

            (uint[] From, int Index, uint Move) Frame(int step)
            {
                int from = t - (Direction * step);
                return (uint)from < (uint)grid.T ? (Before, row - (Direction * step * frame), (uint)(Direction * step * frameStep)) : (now, row, 0);
            }

            var above = Row(1);
            var aboveFar = Row(Jump);
            var back = Frame(1);
            var backFar = Frame(Jump);
            uint seed = (uint)Seed + ((uint)row * 0x9E3779B1u);
            Vector256<uint> limit = Vector256.Create(field.PositionsEnd);
            for (int w = first; w < end; w += Lanes)
            {
                int used = Math.Min(Lanes, end - w);
                uint mask = (1u << used) - 1;
                Vector256<uint> own = At(now, row, w, used);
                Vector256<float> distances = used == Lanes
                    ? Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(field.Distances), (nuint)(row + w))
                    : Partial(field.Distances, row + w, used);
                mask &= Vector256.GreaterThan(distances, Vector256<float>.Zero).ExtractMostSignificantBits();
                if (mask == 0) continue;

                Vector256<uint> side = Side(row, w, used, Direction, own);
                Vector256<uint> up = At(above.From, above.Index, w, used) + Vector256.Create(above.Move);
                Vector256<uint> behind = At(back.From, back.Index, w, used) + Vector256.Create(back.Move);
                Vector256<uint> sideFar = Side(row, w, used, Direction * Jump, own);
                Vector256<uint> upFar = At(aboveFar.From, aboveFar.Index, w, used) + Vector256.Create(aboveFar.Move);
                Vector256<uint> behindFar = At(backFar.From, backFar.Index, w, used) + Vector256.Create(backFar.Move);

                // One of the three neighbours' candidates and the match itself, each shifted by at most one voxel per axis.
                Vector256<uint> random = Random(seed + (uint)w);
                Vector256<uint> which = random >> 30;
                Vector256<uint> other = Vector256.ConditionalSelect(
                    Vector256.Equals(which, Vector256<uint>.Zero), side,
                    Vector256.ConditionalSelect(Vector256.Equals(which, Vector256<uint>.One), up, behind));
                Vector256<uint> near = own + Moved(random, rowStep, frameStep);
                Vector256<uint> nearOther = other + Moved(random >> 12, rowStep, frameStep);

                candidates.Add(w, side, mask & Differ(side, own, limit));
                candidates.Add(w, up, mask & Differ(up, own, limit) & Differ(up, side));
                candidates.Add(w, behind, mask & Differ(behind, own, limit) & Differ(behind, side) & Differ(behind, up));
                candidates.Add(w, sideFar, mask & Differ(sideFar, own, limit) & Differ(sideFar, side) & Differ(sideFar, up) & Differ(sideFar, behind));
                candidates.Add(w, upFar, mask & Differ(upFar, own, limit) & Differ(upFar, side) & Differ(upFar, up) & Differ(upFar, behind) & Differ(upFar, sideFar));
                candidates.Add(w, behindFar, mask & Differ(behindFar, own, limit) & Differ(behindFar, side) & Differ(behindFar, up)
                    & Differ(behindFar, behind) & Differ(behindFar, sideFar) & Differ(behindFar, upFar));
                candidates.Add(w, near, mask & Differ(near, own, limit));
                candidates.Add(w, nearOther, mask & Differ(nearOther, own, limit));
            }
        }

        // Propagates along the row: a match that improved in this pass is offered to the next patch at once.
        [MethodImpl(Jit.Hot)]
        private unsafe void Sweep(ref TDistance distance, int h, Span<uint> positions, Span<float> distances, ReadOnlySpan<uint> before)
        {
            uint limit = Task.Field.PositionsEnd;
            int last = Direction > 0 ? positions.Length : -1;
            for (int w = (Direction > 0 ? 0 : positions.Length - 1) + Direction; w != last; w += Direction)
            {
                int from = w - Direction;
                if (positions[from] == before[from]) continue;
                uint position = positions[from] + (uint)Direction;
                if (position == positions[w] || position >= limit || distances[w] == 0) continue;
                float d;
                distance.Measure(h, &w, &position, 1, &d);
                if (d >= distances[w]) continue;
                distances[w] = d;
                positions[w] = position;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<uint> At(uint[] from, int row, int w, int used) => used == Lanes
            ? Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(from), (nuint)(row + w))
            : Partial(from, row + w, used);

        [MethodImpl(Jit.Hot)]
        private static Vector256<TLane> Partial<TLane>(TLane[] from, int at, int used)
            where TLane : unmanaged
        {
            Span<TLane> lanes = stackalloc TLane[Lanes];
            lanes.Clear();
            from.AsSpan(at, used).CopyTo(lanes);
            return Vector256.Create<TLane>(lanes);
        }

        // Candidates from the patches one step behind in the same row.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector256<uint> Side(int row, int w, int used, int step, Vector256<uint> own)
        {
            uint[] positions = Task.Field.Positions;
            int width = Task.Field.QueryGrid.W, from = w - step;
            if (from >= 0 && from + Lanes <= width)
                return Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(positions), (nuint)(row + from)) + Vector256.Create((uint)step);
            Span<uint> lanes = stackalloc uint[Lanes];
            own.CopyTo(lanes);
            for (int lane = 0; lane < used; lane++)
                if ((uint)(from + lane) < (uint)width) lanes[lane] = positions[row + from + lane] + (uint)step;
            return Vector256.Create<uint>(lanes);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<uint> Random(uint seed)
        {
            // A 32-bit finaliser (MurmurHash3's) over consecutive integers.
            Vector256<uint> x = Vector256.Create(seed) + Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7);
            x = (x ^ (x >> 16)) * Vector256.Create(0x85EBCA6Bu);
            x = (x ^ (x >> 13)) * Vector256.Create(0xC2B2AE35u);
            return x ^ (x >> 16);
        }

        // −1, 0 or 1 per axis, from the lowest 12 bits.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<uint> Moved(Vector256<uint> random, int rowStep, int frameStep)
        {
            Vector256<uint> three = Vector256.Create(3u), four = Vector256.Create(15u), one = Vector256<uint>.One;
            Vector256<uint> w = (((random & four) * three) >> 4) - one;
            Vector256<uint> h = ((((random >> 4) & four) * three) >> 4) - one;
            Vector256<uint> t = ((((random >> 8) & four) * three) >> 4) - one;
            return w + (h * Vector256.Create((uint)rowStep)) + (t * Vector256.Create((uint)frameStep));
        }

        private static uint Differ(Vector256<uint> a, Vector256<uint> b) => ~Vector256.Equals(a, b).ExtractMostSignificantBits();

        private static uint Differ(Vector256<uint> offer, Vector256<uint> own, Vector256<uint> limit) =>
            Vector256.AndNot(Vector256.LessThan(offer, limit), Vector256.Equals(offer, own)).ExtractMostSignificantBits();
    }
}
