using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Clips;

/// <summary>
/// A procedural scene: textured discs in front of value noise, with some grain; the same bits on every machine. Sizes are relative to the height of the
/// picture, so that it is the same scene at every resolution, with detail down to the pixel. For benchmarks, which must not depend on a user's clip.
/// </summary>
public static class SyntheticScene
{
    private const int Discs = 9;
    private const int Channels = 3;
    private const int Grain = 3;

    /// <summary>RGB frames of the scene.</summary>
    /// <param name="extent">Frames, rows, columns.</param>
    /// <param name="firstFrame">Number of the first frame: discs move with time, the background stays.</param>
    /// <param name="workers">Threads and cancellation.</param>
    public static Volume<byte> Render(Extent extent, int firstFrame, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        var volume = new Volume<byte>(extent, Channels);
        var background = new float[extent.H * volume.RowStride];
        workers.For(extent.H, h =>
        {
            Span<float> row = background.AsSpan(h * volume.RowStride, volume.RowStride);
            for (int w = 0; w < extent.W; w++) Texture(0, h, w, extent.H, row.Slice(w * Channels, Channels));
        });
        Disc[] discs = [.. Enumerable.Range(1, Discs).Select(i => new Disc(i, extent))];
        workers.For(extent.T * extent.H, piece =>
        {
            (int t, int h) = (piece / extent.H, piece % extent.H);
            float[] row = background.AsSpan(h * volume.RowStride, volume.RowStride).ToArray();
            foreach (Disc disc in discs) disc.Draw(firstFrame + t, h, row);
            Round(row, Hash.Derive((ulong)(firstFrame + t), (ulong)h), volume.Row(t, h));
        });
        return volume;
    }

    private static void Round(float[] row, ulong state, Span<byte> target)
    {
        for (int i = 0; i < target.Length; i++)
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            int grain = (int)((state >> 40) % ((2 * Grain) + 1)) - Grain;
            target[i] = (byte)Math.Clamp(row[i] + grain, 0, 255);
        }
    }

    // Octaves of noise on grids from a third of the height down to three pixels.
    private static void Texture(int layer, int h, int w, int height, Span<float> colour)
    {
        colour.Fill(128);
        float strength = 64;
        int octave = 0;
        for (float cell = height / 3f; cell >= 3 || octave == 0; cell /= 2, strength *= 0.65f, octave++)
        {
            float y = h / cell, x = w / cell;
            int top = (int)MathF.Floor(y), left = (int)MathF.Floor(x);
            float fy = y - top, fx = x - left;
            ulong seed = (ulong)((layer * 32) + octave);
            ulong a = Corner(seed, top, left), b = Corner(seed, top, left + 1);
            ulong c = Corner(seed, top + 1, left), d = Corner(seed, top + 1, left + 1);
            for (int i = 0; i < colour.Length; i++)
            {
                float above = Mix(Level(a, i), Level(b, i), fx), below = Mix(Level(c, i), Level(d, i), fx);
                colour[i] += strength * Mix(above, below, fy);
            }
        }
    }

    private static ulong Corner(ulong seed, int h, int w) => Hash.Mix((seed << 56) ^ ((ulong)(uint)h << 28) ^ (uint)w);

    private static float Level(ulong corner, int channel) => ((int)((corner >> (16 * channel)) & 0xFFFF) - 0x8000) / 32768f;

    private static float Mix(float a, float b, float part) => a + ((b - a) * part);

    /// <summary>A textured disc that bounces between the edges of the picture.</summary>
    private sealed class Disc
    {
        private readonly Extent _extent;
        private readonly int _radius;
        private readonly float _h;
        private readonly float _w;
        private readonly float _speedH;
        private readonly float _speedW;
        private readonly float[] _texture;

        public Disc(int number, Extent extent)
        {
            ulong random = Hash.Mix((ulong)number);
            _extent = extent;
            _radius = (int)(extent.H * (0.06f + (0.02f * (number % 5))));
            (_h, _w) = (extent.H * Part(random, 0), extent.W * Part(random, 1));
            (_speedH, _speedW) = (extent.H * 0.03f * (Part(random, 2) - 0.5f), extent.H * 0.06f * (Part(random, 3) - 0.5f));
            int size = (2 * _radius) + 1;
            _texture = new float[size * size * Channels];
            for (int h = 0; h < size; h++)
                for (int w = 0; w < size; w++)
                    Texture(number, h, w, extent.H, _texture.AsSpan(((h * size) + w) * Channels, Channels));
        }

        public void Draw(int frame, int h, float[] row)
        {
            int dh = h - Bounce(_h + (frame * _speedH), _extent.H), size = (2 * _radius) + 1;
            if (Math.Abs(dh) > _radius) return;
            int centre = Bounce(_w + (frame * _speedW), _extent.W);
            for (int dw = Math.Max(-_radius, -centre); dw <= Math.Min(_radius, _extent.W - 1 - centre); dw++)
            {
                if ((dh * dh) + (dw * dw) > _radius * _radius) continue;
                int from = (((dh + _radius) * size) + dw + _radius) * Channels;
                _texture.AsSpan(from, Channels).CopyTo(row.AsSpan((centre + dw) * Channels, Channels));
            }
        }

        private static float Part(ulong random, int i) => ((random >> (16 * i)) & 0xFFFF) / 65536f;

        // Reflects a position into the range from 0 to size − 1.
        private static int Bounce(float place, int size)
        {
            float period = 2f * (size - 1), at = place - (period * MathF.Floor(place / period));
            return (int)Math.Min(at, period - at);
        }
    }
}
