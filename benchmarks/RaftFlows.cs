using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Vgpnn.Kernels.Networks;
using Vgpnn.Kernels.Networks.Raft;
using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Kernels.RandomNumbers;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Benchmarks;

/// <summary>RAFT on one pair of 456×256 frames with two threads; a column shows the memory. Random weights take as long as trained ones.</summary>
[Config(typeof(WithMemory))]
public class RaftFlows
{
    private static readonly Extent Frames = new(2, 256, 456);

    private RaftFlow _flow = null!;
    private Volume<byte> _video = null!;

    [Params(RaftSize.Small, RaftSize.Large)]
    public RaftSize Network { get; set; }

    [Params(12, 20)]
    public int Iterations { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _flow = Flow(Network, Iterations);
        _video = MovingPicture.Named("shift (3.5, −2.25)", Size.H, Size.W).Frames();
    }

    [Benchmark]
    public Volume<float> Estimate() => _flow.Estimate(_video, 0, 1, new Workers(2));

    private static Extent Size => Extent.Min(Frames, Cases.Size with { H = 2 * Cases.Size.H, W = 2 * Cases.Size.W });

    private static RaftFlow Flow(RaftSize network, int iterations) => new(new RandomWeights(network), iterations);

    // Weights scaled so that activations neither vanish nor grow through the layers.
    private sealed class RandomWeights(RaftSize size) : IWeightSource
    {
        public bool Contains(string name) => size == RaftSize.Small;

        public float[] Read(string name, params ReadOnlySpan<int> shape)
        {
            int count = 1;
            foreach (int side in shape) count *= side;
            double scale = shape.Length > 1 ? Math.Sqrt(3.0 * shape[0] / count) : 1;
            var numbers = new float[count];
            for (int i = 0; i < count; i++) numbers[i] = shape.Length > 1 ? (float)(scale * (((Hash.Derive(1, (ulong)i) >> 40) / (double)(1 << 23)) - 1)) : 0;
            if (name.EndsWith("running_var", StringComparison.Ordinal)) numbers.AsSpan().Fill(1);
            return numbers;
        }
    }

    private sealed class WithMemory : ManualConfig
    {
        public WithMemory() => AddColumn(new ComputedColumn("Memory", "Bytes of a pair and of the weights", Memory));

        private static string Memory(BenchmarkCase benchmarkCase)
        {
            RaftFlow flow = Flow((RaftSize)benchmarkCase.Parameters[nameof(Network)], 1);
            return string.Create(CultureInfo.InvariantCulture, $"{(flow.WorkingBytes(Size.H, Size.W) + flow.WeightBytes) / 1048576.0:F0} MiB");
        }
    }
}
