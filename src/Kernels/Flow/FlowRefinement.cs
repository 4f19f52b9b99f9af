using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Vgpnn.Kernels.Simd;
using Vgpnn.Kernels.Threading;

namespace Vgpnn.Kernels.Flow;

/// <summary>
/// Variational refinement (DIS, section 2.3, after Brox et al. 2004): minimises the change of brightness and of its gradient along the flow
/// plus the total variation of the flow, all three under a robust norm. An outer loop updates the weights of the norm; the linear
/// equations between two updates are relaxed in red-black order, so that pixels of one colour do not depend on each other.
/// </summary>
internal sealed class FlowRefinement
{
    /// <summary>Number of planes allocated.</summary>
    public const int Planes = 17;

    private const int Updates = 5;
    private const int Relaxations = 5;
    private const float Overrelaxation = 1.6f;

    // Weights of the three terms, and constants that keep square roots and quotients away from 0.
    private const float Brightness = 5;
    private const float Gradient = 10;
    private const float Smoothness = 30;
    private const float Least = 0.001f;
    private const float LeastTexture = 0.1f;

    private readonly Plane _seen, _ix, _iy, _iz, _ixx, _ixy, _iyy, _ixz, _iyz;
    private readonly Plane _a11, _a12, _a22, _b1, _b2, _smooth, _right, _down;
    private readonly Plane[] _all;

    /// <param name="height">Rows of the largest level.</param>
    /// <param name="width">Columns of the largest level.</param>
    public FlowRefinement(int height, int width)
    {
        _seen = new(height, width);
        (_ix, _iy, _iz) = (new(height, width), new(height, width), new(height, width));
        (_ixx, _ixy, _iyy) = (new(height, width), new(height, width), new(height, width));
        (_ixz, _iyz) = (new(height, width), new(height, width));
        (_a11, _a12, _a22) = (new(height, width), new(height, width), new(height, width));
        (_b1, _b2) = (new(height, width), new(height, width));
        (_smooth, _right, _down) = (new(height, width), new(height, width), new(height, width));
        _all = [_seen, _ix, _iy, _iz, _ixx, _ixy, _iyy, _ixz, _iyz, _a11, _a12, _a22, _b1, _b2, _smooth, _right, _down];
    }

    /// <summary>Refines <paramref name="flow"/>, which leads from the first frame to the second.</summary>
    public void Run(Plane first, Plane second, FlowField flow, Workers workers)
    {
        (int height, int width) = (first.Height, first.Width);
        foreach (Plane plane in _all) plane.Reshape(height, width);
        Plane.ForRows(height, workers, y => Warp(first, second, flow, y));
        _iz.Extend();
        Plane.ForRows(height, workers, y => FirstDerivatives(first, y));
        _ix.Extend();
        _iy.Extend();
        Plane.ForRows(height, workers, y => SecondDerivatives(flow, y));
        for (int update = 0; update < Updates; update++)
        {
            flow.U.Extend();
            flow.V.Extend();
            Plane.ForRows(height, workers, y => Linearise(flow, y));
            Plane.ForRows(height, workers, Join);
            for (int i = 0; i < 2 * Relaxations; i++)
            {
                int colour = i & 1;
                Plane.ForRows(height, workers, y => Relax(flow, y, colour));
            }
        }
    }

    // Difference of brightness along the flow, and whether the target lies inside the frame.
    [MethodImpl(Jit.Hot)]
    private void Warp(Plane first, Plane second, FlowField flow, int y)
    {
        Span<float> wx = stackalloc float[4], wy = stackalloc float[4];
        for (int x = 0; x < first.Width; x++)
        {
            float px = x + flow.U[y, x], py = y + flow.V[y, x];
            float qx = Math.Clamp(px, 0, first.Width - 1), qy = Math.Clamp(py, 0, first.Height - 1);
            _seen[y, x] = px == qx && py == qy ? 1 : 0;
            int x0 = (int)qx, y0 = (int)qy;
            Cubic(qx - x0, wx);
            Cubic(qy - y0, wy);
            float sum = 0;
            for (int j = 0; j < 4; j++)
            {
                ref float row = ref second[y0 + j - 1, x0 - 1];
                sum += wy[j] * ((wx[0] * row) + (wx[1] * Unsafe.Add(ref row, 1))
                    + (wx[2] * Unsafe.Add(ref row, 2)) + (wx[3] * Unsafe.Add(ref row, 3)));
            }

            _iz[y, x] = sum - first[y, x];
        }
    }

    // The Keys cubic with a = −0.5.
    private static void Cubic(float f, Span<float> weights)
    {
        weights[0] = f * (-0.5f + (f * (1 - (0.5f * f))));
        weights[1] = 1 + (f * f * (-2.5f + (1.5f * f)));
        weights[2] = f * (0.5f + (f * (2 - (1.5f * f))));
        weights[3] = f * f * (-0.5f + (0.5f * f));
    }

    // Derivatives of the mean of the first frame and the warped second frame: I + Iz/2.
    [MethodImpl(Jit.Hot)]
    private void FirstDerivatives(Plane first, int y)
    {
        var half = Vector256.Create(0.5f);
        for (int x = 0; x < first.Width; x += Vector256<float>.Count)
        {
            Vector256<float> zx = (_iz.Load(y, x + 1) - _iz.Load(y, x - 1)) * half, zy = (_iz.Load(y + 1, x) - _iz.Load(y - 1, x)) * half;
            Vector256<float> dx = (first.Load(y, x + 1) - first.Load(y, x - 1)) * half;
            Vector256<float> dy = (first.Load(y + 1, x) - first.Load(y - 1, x)) * half;
            zx.StoreUnsafe(ref _ixz[y, x]);
            zy.StoreUnsafe(ref _iyz[y, x]);
            (dx + (zx * half)).StoreUnsafe(ref _ix[y, x]);
            (dy + (zy * half)).StoreUnsafe(ref _iy[y, x]);
        }
    }

    // Also restates differences relative to zero flow, so that the equations solve for the flow itself.
    [MethodImpl(Jit.Hot)]
    private void SecondDerivatives(FlowField flow, int y)
    {
        var half = Vector256.Create(0.5f);
        for (int x = 0; x < flow.U.Width; x += Vector256<float>.Count)
        {
            Vector256<float> u = flow.U.Load(y, x), v = flow.V.Load(y, x);
            Vector256<float> xx = (_ix.Load(y, x + 1) - _ix.Load(y, x - 1)) * half;
            Vector256<float> xy = (_ix.Load(y + 1, x) - _ix.Load(y - 1, x)) * half;
            Vector256<float> yy = (_iy.Load(y + 1, x) - _iy.Load(y - 1, x)) * half;
            xx.StoreUnsafe(ref _ixx[y, x]);
            xy.StoreUnsafe(ref _ixy[y, x]);
            yy.StoreUnsafe(ref _iyy[y, x]);
            (_iz.Load(y, x) - (_ix.Load(y, x) * u) - (_iy.Load(y, x) * v)).StoreUnsafe(ref _iz[y, x]);
            (_ixz.Load(y, x) - (xx * u) - (xy * v)).StoreUnsafe(ref _ixz[y, x]);
            (_iyz.Load(y, x) - (xy * u) - (yy * v)).StoreUnsafe(ref _iyz[y, x]);
        }
    }

    [MethodImpl(Jit.Hot)]
    private void Linearise(FlowField flow, int y)
    {
        var least = Vector256.Create(Least * Least);
        var texture = Vector256.Create(LeastTexture * LeastTexture);
        for (int x = 0; x < flow.U.Width; x += Vector256<float>.Count)
        {
            Vector256<float> u = flow.U.Load(y, x), v = flow.V.Load(y, x);
            Vector256<float> ux = flow.U.Load(y, x + 1) - u, uy = flow.U.Load(y + 1, x) - u;
            Vector256<float> vx = flow.V.Load(y, x + 1) - v, vy = flow.V.Load(y + 1, x) - v;
            Vector256<float> change = (ux * ux) + (uy * uy) + (vx * vx) + (vy * vy) + least;
            (Vector256.Create(Smoothness) / Vector256.Sqrt(change)).StoreUnsafe(ref _smooth[y, x]);

            Vector256<float> ix = _ix.Load(y, x), iy = _iy.Load(y, x), iz = _iz.Load(y, x), seen = _seen.Load(y, x);
            Vector256<float> rest = iz + (ix * u) + (iy * v);
            Vector256<float> norm = Vector256<float>.One / ((ix * ix) + (iy * iy) + texture);
            Vector256<float> w = seen * Vector256.Create(Brightness) * norm / Vector256.Sqrt((rest * rest * norm) + least);
            Vector256<float> a11 = w * ix * ix, a12 = w * ix * iy, a22 = w * iy * iy, b1 = w * ix * iz, b2 = w * iy * iz;

            Vector256<float> xx = _ixx.Load(y, x), xy = _ixy.Load(y, x), yy = _iyy.Load(y, x), xz = _ixz.Load(y, x), yz = _iyz.Load(y, x);
            Vector256<float> restX = xz + (xx * u) + (xy * v), restY = yz + (xy * u) + (yy * v);
            Vector256<float> normX = Vector256<float>.One / ((xx * xx) + (xy * xy) + texture);
            Vector256<float> normY = Vector256<float>.One / ((xy * xy) + (yy * yy) + texture);
            w = seen * Vector256.Create(Gradient) / Vector256.Sqrt((restX * restX * normX) + (restY * restY * normY) + least);
            (Vector256<float> wx, Vector256<float> wy) = (w * normX, w * normY);
            (a11 + (wx * xx * xx) + (wy * xy * xy)).StoreUnsafe(ref _a11[y, x]);
            (a12 + (wx * xx * xy) + (wy * xy * yy)).StoreUnsafe(ref _a12[y, x]);
            (a22 + (wx * xy * xy) + (wy * yy * yy)).StoreUnsafe(ref _a22[y, x]);
            (-(b1 + (wx * xx * xz) + (wy * xy * yz))).StoreUnsafe(ref _b1[y, x]);
            (-(b2 + (wx * xy * xz) + (wy * yy * yz))).StoreUnsafe(ref _b2[y, x]);
        }
    }

    // Weights between each pixel and its right and lower neighbours; zero across the border of the frame.
    [MethodImpl(Jit.Hot)]
    private void Join(int y)
    {
        var half = Vector256.Create(0.5f);
        bool last = y == _smooth.Height - 1;
        for (int x = 0; x < _smooth.Width; x += Vector256<float>.Count)
        {
            Vector256<float> here = _smooth.Load(y, x);
            ((here + _smooth.Load(y, x + 1)) * half).StoreUnsafe(ref _right[y, x]);
            (last ? Vector256<float>.Zero : (here + _smooth.Load(y + 1, x)) * half).StoreUnsafe(ref _down[y, x]);
            if (y == 0) Vector256<float>.Zero.StoreUnsafe(ref _down[-1, x]);
        }

        _right[y, -1] = 0;
        _right[y, _smooth.Width - 1] = 0;
    }

    // One half-step of successive over-relaxation: writes only pixels whose row plus column has this parity.
    [MethodImpl(Jit.Hot)]
    private void Relax(FlowField flow, int y, int colour)
    {
        Vector256<int> lanes = Vector256<int>.Indices;
        Vector256<int> mine = Vector256.Equals(lanes & Vector256<int>.One, Vector256.Create((y + colour) & 1));
        var omega = Vector256.Create(Overrelaxation);
        var tiny = Vector256.Create(1e-6f);
        int width = flow.U.Width;
        for (int x = 0; x < width; x += Vector256<float>.Count)
        {
            Vector256<float> write = (mine & Vector256.LessThan(lanes, Vector256.Create(width - x))).AsSingle();
            Vector256<float> left = _right.Load(y, x - 1), right = _right.Load(y, x), up = _down.Load(y - 1, x), down = _down.Load(y, x);
            Vector256<float> sum = left + right + up + down + tiny;
            Vector256<float> u = flow.U.Load(y, x), v = flow.V.Load(y, x), a12 = _a12.Load(y, x);
            Vector256<float> around = (left * flow.U.Load(y, x - 1)) + (right * flow.U.Load(y, x + 1))
                + (up * flow.U.Load(y - 1, x)) + (down * flow.U.Load(y + 1, x));
            Vector256<float> solved = (_b1.Load(y, x) - (a12 * v) + around) / (_a11.Load(y, x) + sum);
            u = Vector256.ConditionalSelect(write, u + (omega * (solved - u)), u);
            u.StoreUnsafe(ref flow.U[y, x]);
            around = (left * flow.V.Load(y, x - 1)) + (right * flow.V.Load(y, x + 1))
                + (up * flow.V.Load(y - 1, x)) + (down * flow.V.Load(y + 1, x));
            solved = (_b2.Load(y, x) - (a12 * u) + around) / (_a22.Load(y, x) + sum);
            Vector256.ConditionalSelect(write, v + (omega * (solved - v)), v).StoreUnsafe(ref flow.V[y, x]);
        }
    }
}
