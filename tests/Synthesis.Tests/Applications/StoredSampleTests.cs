using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Applications;

/// <summary>
/// Samples that version 0.1 made on OpenCL devices, three together: generation, loops, retargeting, several clips and means. Later kernels have to
/// make the same frames from a manifest of that version.
/// </summary>
public class StoredSampleTests(StoredSampleTests.OneDevice device) : IClassFixture<StoredSampleTests.OneDevice>
{
    private static readonly MethodOptions Quick = new() { Iterations = 2, Noise = 3 };

    [GpuFact]
    public void Manifests_of_version_0_1_with_the_backend_opencl_reproduce_their_samples()
    {
        Assert.Equal(["be1847c83649ceffa2dc55b7", "933371af50bae738e721948c", "dfc29a811689c289e578cf2b"], Samples(Quick));
        Assert.Equal(["18cf11e39c4ddecce920afc0", "175c4fe935f75dc73eee1465", "4e0171cee0de48f458897d4a"], Samples(Quick, Scene(6, 70)));
        Assert.Equal(["119b0f22d6737176d5893e2d", "b364c5de018abbdc9e672922", "6abb8110c88648523567e646"], Samples(Quick with { Vote = VoteRule.Gaussian }));
        MethodOptions loop = MethodOptions.For(Application.Generation, loop: true) with { Iterations = 2, Noise = 2 };
        Assert.Equal(["42c8aab2b4c9080c0c70a620", "c22aa8b61760c10eb5202291", "aaac66eab61063c4255af2b5"], Samples(loop));
        MethodOptions wider = MethodOptions.For(Application.Retargeting) with { MinS = 20, Iterations = 2, Scale = new Scale(1, 1, 1.5) };
        Assert.Equal(["7d4696887f4c352e73590394", "8d9df0a9e8b20f08f388d048", "9ca7721812c02cf63d7182dd"], Samples(wider));
    }

    private static Clip Scene(int frames, int moment) =>
        Clip.FromVolume(SyntheticScene.Render(new Extent(frames, 32, 48), moment, new Workers(2)), new FrameRate(25, 1));

    private string[] Samples(MethodOptions options, params Clip[] others)
    {
        SamplerInput[] inputs = [.. others.Prepend(Scene(8, 0)).Select(c => new SamplerInput(InputRole.Input, c))];
        return [.. Sampler.Create(inputs, options, device: device.Former).Samples(7, [0, 1, 2], new Workers(2)).Select(c => c.ContentHash()[..24])];
    }

    /// <summary>A device that the tests share.</summary>
    public sealed class OneDevice : IDisposable
    {
        private readonly Lazy<Device> _opened = new(() => Device.Open(Devices.Find()));

        internal GpuDevice Former => new(_opened.Value, formerSearch: true);

        public void Dispose()
        {
            if (_opened.IsValueCreated) _opened.Value.Dispose();
        }
    }
}
