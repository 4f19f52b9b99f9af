using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;

namespace Vgpnn.Kernels.Flow;

/// <summary>
/// The patch search of one level: each patch of a grid over the first frame descends to its best match in the second, neighbours exchange
/// their matches, and overlapping patches are averaged per pixel, weighted by how well they match there. Patch means are subtracted, so
/// that brightness changes have no effect.
/// </summary>
internal sealed class InverseSearch
{
    /// <summary>Side of a patch in pixels: one row is one vector of floats.</summary>
    private const int Side = 8;

    private const int Pixels = Side * Side;
    private const int Step = 4;
    private const int Descents = 8;
    private const int Exchanges = 2;
    private const float Enough = 0.02f;

    // Added to the diagonal of the normal equations: patches with less texture than this keep their initial displacement.
    private const float Stiffness = 0.05f * Pixels;

    // A candidate displacement replaces the current one only if its cost is below this fraction.
    private const float Preference = 0.95f;

    private static readonly (int Dy, int Dx)[] Neighbours = [(-1, -1), (-1, 1), (1, -1), (1, 1), (0, -1), (0, 1), (-1, 0), (1, 0)];

    private readonly Plane _gradientX;
    private readonly Plane _gradientY;
    private readonly Plane _weight;
    private readonly Patch[] _patches;
    private readonly Patch[] _before;
    private Plane _first = null!;
    private Plane _second = null!;
    private int _rows;
    private int _columns;

    /// <param name="height">Rows of the largest level.</param>
    /// <param name="width">Columns of the largest level.</param>
    public InverseSearch(int height, int width)
    {
        _gradientX = new Plane(height, width);
        _gradientY = new Plane(height, width);
        _weight = new Plane(height, width);
        _patches = new Patch[PatchesAlong(height) * PatchesAlong(width)];
        _before = new Patch[_patches.Length];
    }

    /// <summary>Memory of the patches of the largest level, in bytes.</summary>
    public static long PatchBytes(int height, int width) => 2L * PatchesAlong(height) * PatchesAlong(width) * Unsafe.SizeOf<Patch>();

    /// <summary>Computes the flow of a level from that of the coarser level.</summary>
    /// <param name="first">First frame.</param>
    /// <param name="second">Second frame.</param>
    /// <param name="flow">Flow of the coarser level, ignored at the coarsest; replaced by the flow of this level.</param>
    /// <param name="coarsest">Whether this is the coarsest level, where motions of a few pixels are tried instead.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public void Run(Plane first, Plane second, FlowField flow, bool coarsest, Workers workers)
    {
        (_first, _second) = (first, second);
        (_rows, _columns) = (PatchesAlong(first.Height), PatchesAlong(first.Width));
        Differentiate(workers);
        workers.For(_rows, row => Begin(row, coarsest ? null : flow));
        for (int i = 0; i < Exchanges; i++)
        {
            _patches.CopyTo(_before, 0);
            workers.For(_rows, Exchange);
        }

        flow.Reshape(first.Height, first.Width);
        _weight.Reshape(first.Height, first.Width);
        Plane.ForRows(first.Height, workers, y => Average(flow, y));
    }

    private static int PatchesAlong(int size) => size <= Side ? 1 : ((size - Side + Step - 1) / Step) + 1;

    // The last patch is aligned with the border of the frame.
    private static int Position(int patch, int size) => Math.Min(patch * Step, Math.Max(0, size - Side));

    private void Differentiate(Workers workers)
    {
        _gradientX.Reshape(_first.Height, _first.Width);
        _gradientY.Reshape(_first.Height, _first.Width);
        var half = Vector256.Create(0.5f);

        // In frames smaller than a patch, patches reach into the margin.
        Plane.ForRows(Math.Max(_first.Height, Side), workers, y =>
        {
            for (int x = 0; x < Math.Max(_first.Width, Side); x += Vector256<float>.Count)
            {
                ((_first.Load(y, x + 1) - _first.Load(y, x - 1)) * half).StoreUnsafe(ref _gradientX[y, x]);
                ((_first.Load(y + 1, x) - _first.Load(y - 1, x)) * half).StoreUnsafe(ref _gradientY[y, x]);
            }
        });
    }

    [MethodImpl(Jit.Hot)]
    private void Begin(int row, FlowField? coarser)
    {
        for (int column = 0; column < _columns; column++)
        {
            (int y, int x) = (Position(row, _first.Height), Position(column, _first.Width));
            var patch = new Patch { Cost = float.PositiveInfinity };
            if (coarser is null)
            {
                for (int v = 0; v <= 8; v++)
                    for (int u = 0; u <= 8; u++)
                        Try(ref patch, y, x, Nearby(u), Nearby(v));
            }
            else
            {
                // Candidates: the centre, positions around it, and no motion.
                float cy = (y + (Side / 2) - 1) / 2f, cx = (x + (Side / 2) - 1) / 2f;
                const float Around = Side / 2f;
                TryCoarser(ref patch, coarser, y, x, cy, cx);
                TryCoarser(ref patch, coarser, y, x, cy - Around, cx);
                TryCoarser(ref patch, coarser, y, x, cy + Around, cx);
                TryCoarser(ref patch, coarser, y, x, cy, cx - Around);
                TryCoarser(ref patch, coarser, y, x, cy, cx + Around);
                Try(ref patch, y, x, 0, 0);
            }

            Descend(ref patch, y, x);
            _patches[(row * _columns) + column] = patch;
        }

        // 0, 1, −1, 2, −2 …: small motions are tried first, and kept unless a larger one is better.
        static int Nearby(int i) => (i & 1) == 0 ? -i / 2 : (i + 1) / 2;
    }

    private void TryCoarser(ref Patch patch, FlowField coarser, int y, int x, float cy, float cx)
    {
        (int h, int w) = (coarser.U.Height, coarser.U.Width);
        cy = Math.Clamp(cy, 0, h - 1);
        cx = Math.Clamp(cx, 0, w - 1);
        int y0 = Math.Min((int)cy, Math.Max(0, h - 2)), x0 = Math.Min((int)cx, Math.Max(0, w - 2));
        int y1 = Math.Min(y0 + 1, h - 1), x1 = Math.Min(x0 + 1, w - 1);
        float fy = cy - y0, fx = cx - x0;
        Try(ref patch, y, x, 2 * Mix(coarser.U), 2 * Mix(coarser.V));

        float Mix(Plane p) =>
            ((1 - fy) * (((1 - fx) * p[y0, x0]) + (fx * p[y0, x1]))) + (fy * (((1 - fx) * p[y1, x0]) + (fx * p[y1, x1])));
    }

    [MethodImpl(Jit.Hot)]
    private void Exchange(int row)
    {
        for (int column = 0; column < _columns; column++)
        {
            int at = (row * _columns) + column;
            Patch patch = _before[at];
            (float u, float v) = (patch.U, patch.V);
            (int y, int x) = (Position(row, _first.Height), Position(column, _first.Width));
            foreach ((int dy, int dx) in Neighbours)
            {
                if (row + dy < 0 || row + dy >= _rows || column + dx < 0 || column + dx >= _columns) continue;
                ref Patch neighbour = ref _before[((row + dy) * _columns) + column + dx];
                if (Math.Abs(neighbour.U - patch.U) + Math.Abs(neighbour.V - patch.V) > 0.25f)
                    Try(ref patch, y, x, neighbour.U, neighbour.V);
            }

            if (patch.U != u || patch.V != v) Descend(ref patch, y, x);
            _patches[at] = patch;
        }
    }

    private void Try(ref Patch patch, int y, int x, float u, float v)
    {
        Fit fit = Measure(y, x, ref u, ref v);
        if (fit.Cost < patch.Cost * Preference) (patch.U, patch.V, patch.Cost, patch.Brighter) = (u, v, fit.Cost, fit.Mean);
    }

    /// <summary>Gradient descent with the gradients of the first frame, whose normal equations stay constant (inverse search).</summary>
    private void Descend(ref Patch patch, int y, int x)
    {
        Vector256<float> sx = default, sy = default, sxx = default, sxy = default, syy = default;
        for (int r = 0; r < Side; r++)
        {
            Vector256<float> gx = _gradientX.Load(y + r, x), gy = _gradientY.Load(y + r, x);
            (sx, sy) = (sx + gx, sy + gy);
            (sxx, sxy, syy) = (sxx + (gx * gx), sxy + (gx * gy), syy + (gy * gy));
        }

        float mx = Sum(sx) / Pixels, my = Sum(sy) / Pixels;
        float xx = Sum(sxx) - (mx * mx * Pixels) + Stiffness, yy = Sum(syy) - (my * my * Pixels) + Stiffness;
        float xy = Sum(sxy) - (mx * my * Pixels);
        float scale = 1 / ((xx * yy) - (xy * xy));
        (float u0, float v0) = (patch.U, patch.V);
        Fit fit = Measure(y, x, ref patch.U, ref patch.V);
        for (int i = 0; i < Descents; i++)
        {
            float bx = fit.X - (mx * fit.Mean * Pixels), by = fit.Y - (my * fit.Mean * Pixels);
            float du = ((yy * bx) - (xy * by)) * scale, dv = ((xx * by) - (xy * bx)) * scale;
            float u = patch.U - du, v = patch.V - dv;
            if (Math.Abs(u - u0) > Side || Math.Abs(v - v0) > Side) break;
            fit = Measure(y, x, ref u, ref v);
            if (!(fit.Cost < patch.Cost)) break;
            (patch.U, patch.V, patch.Cost, patch.Brighter) = (u, v, fit.Cost, fit.Mean);
            if (Math.Abs(du) + Math.Abs(dv) < Enough) break;
        }
    }

    /// <summary>Compares the patch at (y, x) with its displacement by (u, v), which is clamped to the margin.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Fit Measure(int y, int x, ref float u, ref float v)
    {
        float top = Math.Clamp(y + v, 1 - Plane.Margin, _second.Height + Plane.Margin - Side - 2);
        float left = Math.Clamp(x + u, 1 - Plane.Margin, _second.Width + Plane.Margin - Side - 2);
        (u, v) = (left - x, top - y);
        int y0 = (int)MathF.Floor(top), x0 = (int)MathF.Floor(left);
        (Vector256<float> fy, Vector256<float> fx) = (Vector256.Create(top - y0), Vector256.Create(left - x0));
        Vector256<float> sum = default, squares = default, sx = default, sy = default;
        Vector256<float> above = Row(y0, x0, fx);
        for (int r = 0; r < Side; r++)
        {
            Vector256<float> below = Row(y0 + r + 1, x0, fx);
            Vector256<float> d = above + ((below - above) * fy) - _first.Load(y + r, x);
            above = below;
            sum += d;
            squares += d * d;
            sx += d * _gradientX.Load(y + r, x);
            sy += d * _gradientY.Load(y + r, x);
        }

        float mean = Sum(sum) / Pixels;
        return new Fit(Math.Max(0, Sum(squares) - (mean * mean * Pixels)), mean, Sum(sx), Sum(sy));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<float> Row(int y, int x, Vector256<float> fx)
    {
        Vector256<float> left = _second.Load(y, x);
        return left + ((_second.Load(y, x + 1) - left) * fx);
    }

    [MethodImpl(Jit.Hot)]
    private void Average(FlowField flow, int y)
    {
        for (int x = 0; x < _first.Width; x += Vector256<float>.Count)
        {
            Vector256<float>.Zero.StoreUnsafe(ref _weight[y, x]);
            Vector256<float>.Zero.StoreUnsafe(ref flow.U[y, x]);
            Vector256<float>.Zero.StoreUnsafe(ref flow.V[y, x]);
        }

        for (int row = Math.Max(0, (y - Side) / Step); row < _rows; row++)
        {
            int r = y - Position(row, _first.Height);
            if (r < 0) break;
            if (r >= Side) continue;
            for (int column = 0; column < _columns; column++)
            {
                int x = Position(column, _first.Width);
                ref Patch patch = ref _patches[(row * _columns) + column];
                float top = y + patch.V, left = x + patch.U;
                int y0 = (int)MathF.Floor(top), x0 = (int)MathF.Floor(left);
                var fx = Vector256.Create(left - x0);
                Vector256<float> above = Row(y0, x0, fx), below = Row(y0 + 1, x0, fx);
                Vector256<float> d = above + ((below - above) * Vector256.Create(top - y0))
                    - _first.Load(y, x) - Vector256.Create(patch.Brighter);
                Vector256<float> weight = Vector256<float>.One / Vector256.Max(Vector256<float>.One, Vector256.Abs(d));
                (_weight.Load(y, x) + weight).StoreUnsafe(ref _weight[y, x]);
                (flow.U.Load(y, x) + (weight * Vector256.Create(patch.U))).StoreUnsafe(ref flow.U[y, x]);
                (flow.V.Load(y, x) + (weight * Vector256.Create(patch.V))).StoreUnsafe(ref flow.V[y, x]);
            }
        }

        for (int x = 0; x < _first.Width; x++) (flow.U[y, x], flow.V[y, x]) = (flow.U[y, x] / _weight[y, x], flow.V[y, x] / _weight[y, x]);
    }

    // The same order of additions for all instruction sets.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector256<float> v)
    {
        Vector128<float> s = v.GetLower() + v.GetUpper();
        return (s.GetElement(0) + s.GetElement(2)) + (s.GetElement(1) + s.GetElement(3));
    }

    private struct Patch
    {
        public float U;
        public float V;
        public float Cost;

        /// <summary>Mean brightness difference of the match in the second frame.</summary>
        public float Brighter;
    }

    /// <param name="Cost">Sum of squared differences after subtracting the means.</param>
    /// <param name="Mean">Mean difference.</param>
    /// <param name="X">Sum of differences times horizontal gradients.</param>
    /// <param name="Y">Sum of differences times vertical gradients.</param>
    private readonly record struct Fit(float Cost, float Mean, float X, float Y);
}
