using Vgpnn.Kernels;
using Vgpnn.Synthesis.Media;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests;

/// <summary>Small clips for whole runs, and short names for running them.</summary>
internal static class TestClip
{
    /// <summary>A run of few, small levels with the default options otherwise.</summary>
    public static readonly GenerationOptions Quick = new() { Iterations = 2, Noise = 3 };

    /// <summary>Coloured blobs that move.</summary>
    public static Clip Blobs(int frames = 7, int height = 26, int width = 34, int seed = 1) =>
        Clip.FromVolume(RandomVolume.Blobs(new Extent(frames, height, width), 3, seed), new FrameRate(25, 1));

    /// <summary>The frames of one sample as a hash.</summary>
    public static string Sample(Clip clip, GenerationOptions options, ulong seed = 1, int index = 0, int threads = 1, Checkpoint? resumeFrom = null) =>
        new Generator(clip, options).Generate(seed, index, new Workers(threads), resumeFrom: resumeFrom).ContentHash();
}
