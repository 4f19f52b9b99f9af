using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests;

/// <summary>Small clips for whole runs, and short names for running them.</summary>
internal static class TestClip
{
    /// <summary>A run of few, small levels with the default options otherwise.</summary>
    public static readonly MethodOptions Quick = new() { Iterations = 2, Noise = 3 };

    /// <summary>Coloured blobs that move; at its full size there are enough patches for the approximate searches to be used.</summary>
    public static Clip Blobs(int frames = 6, int height = 24, int width = 30, int seed = 1) =>
        Clip.FromVolume(RandomVolume.Blobs(new Extent(frames, height, width), 3, seed), new FrameRate(25, 1));

    /// <summary>Random pixels, for when their sheer number matters.</summary>
    public static Clip Noise(int frames, int height, int width)
    {
        var random = new Random(1);
        var pixels = new byte[frames][];
        for (int t = 0; t < frames; t++) random.NextBytes(pixels[t] = new byte[3 * height * width]);
        return new Clip(pixels, width, height, new FrameRate(25, 1));
    }

    /// <summary>The frames of one sample as a hash.</summary>
    public static string Sample(Clip clip, MethodOptions options, ulong seed = 1, int index = 0, int threads = 1, Checkpoint? resumeFrom = null) =>
        new Generator(clip, options).Sample(seed, index, new Workers(threads), resumeFrom: resumeFrom).ContentHash();
}
