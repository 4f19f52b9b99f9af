using System.Globalization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using Vgpnn.Kernels.Flow;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Benchmarks;

/// <summary>Optical flow of one pair of frames with known motion; a column shows the end-point error in pixels.</summary>
[Config(typeof(WithError))]
public class OpticalFlows
{
    private Volume<byte> _frames = null!;

    public static IEnumerable<string> Motions =>
    [
        "still", "shift (0.3, −0.4)", "shift (3.5, −2.25)", "shift (20, 12)", "shift (45, −30)", "rotation by 5°", "rotation by 15°",
        "zoom 1.1", "zoom 0.8", "disc by (12, 5)", "disc by (30, 0)",
    ];

    [ParamsSource(nameof(Motions))]
    public string Motion { get; set; } = null!;

    [GlobalSetup]
    public void Setup() => _frames = Picture(Motion).Frames();

    [Benchmark]
    public Volume<float> DenseInverseSearch() => new DenseInverseSearch().Estimate(_frames, 0, 1, Cases.Alone);

    private static MovingPicture Picture(string motion) => MovingPicture.Named(motion, Cases.Size.H, Cases.Size.W);

    private sealed class WithError : ManualConfig
    {
        public WithError() => AddColumn(new ComputedColumn("EPE", "Mean end-point error in pixels", EndPointError));

        private static string EndPointError(BenchmarkCase benchmarkCase)
        {
            MovingPicture picture = Picture((string)benchmarkCase.Parameters[nameof(Motion)]);
            Volume<float> flow = new DenseInverseSearch().Estimate(picture.Frames(), 0, 1, Cases.Alone);
            return picture.EndPointError(flow).ToString("F3", CultureInfo.InvariantCulture);
        }
    }
}
