using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests;

/// <summary>Small clips for whole runs, and shortcuts to run them.</summary>
internal static class TestClip
{
    /// <summary>Options for a run of few, small levels; otherwise the defaults.</summary>
    public static readonly MethodOptions Quick = new() { Iterations = 2, Noise = 3 };

    /// <summary>Moving coloured blobs; at full size there are enough patches for the approximate searches.</summary>
    public static Clip Blobs(int frames = 6, int height = 24, int width = 30, int seed = 1) =>
        Clip.FromVolume(RandomVolume.Blobs(new Extent(frames, height, width), 3, seed), new FrameRate(25, 1));

    /// <summary>Random pixels, for tests that need many different patches.</summary>
    public static Clip Noise(int frames, int height, int width)
    {
        var random = new Random(1);
        var pixels = new byte[frames][];
        for (int t = 0; t < frames; t++) random.NextBytes(pixels[t] = new byte[3 * height * width]);
        return new Clip(pixels, width, height, new FrameRate(25, 1));
    }

    /// <summary>A hash of the frames of one sample.</summary>
    public static string Sample(Clip clip, MethodOptions options, ulong seed = 1, int index = 0, int threads = 1, Checkpoint? resumeFrom = null) =>
        new Generator(clip, options).Sample(seed, index, new Workers(threads), resumeFrom: resumeFrom).ContentHash();
}
