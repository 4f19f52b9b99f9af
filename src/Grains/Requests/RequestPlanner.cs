using System.Security.Cryptography;
using System.Text;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Media;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Backends.Gpu;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Grains.Requests;

/// <summary>Plans a request from its settings and the sizes of its inputs.</summary>
public static class RequestPlanner
{
    // Patch distances that one processor computes in about a second, and what a sample costs beside them.
    private const double EvaluationsPerSecond = 3e7, LeastCost = 0.1;

    /// <summary>What a sample takes, and its pyramid. The backend is the CPU; see <see cref="OnDevice"/>.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="videos">Their videos, ready, in the same order.</param>
    /// <param name="settings">The settings.</param>
    /// <exception cref="GrainException">The inputs are not those that the application takes.</exception>
    /// <exception cref="VgpnnException">Settings and inputs do not go together.</exception>
    public static (RequestPlan Plan, PyramidPlan Pyramid) Plan(
        IReadOnlyList<RequestInput> inputs, IReadOnlyList<VideoStatus> videos, RequestSettings settings)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(videos);
        ArgumentNullException.ThrowIfNull(settings);
        MethodOptions options = settings.Options;
        if (settings.FrameRate is { } rate && !FrameRate.TryParse(rate, out _))
            throw new GrainException("frame-rate", $"invalid frame rate '{rate}'", "use a number or a fraction such as 30000/1001");
        Require(inputs, options.Application);
        PyramidPlan pyramid = PyramidPlanner.Plan(
            [.. inputs.Zip(videos, (input, video) => new InputSize(input.Role, SizeOf(video.Result!, settings.ReadOptions(input.Role))))], options);

        // While a checkpoint is written the next one may be waiting: outputs and, in the middle of a level, matches.
        int component = options.Engine == Engine.Float ? sizeof(float) : 1;
        long checkpoint = (pyramid.Output.Count * 3 * component) + (sizeof(int) * pyramid.Levels[0].QueryGrid.Count);
        return (
            new RequestPlan
            {
                Backend = BackendName.Cpu,
                Memory = pyramid.PeakBytes + (2 * checkpoint),
                Cost = LeastCost + (pyramid.PatchEvaluations / EvaluationsPerSecond),
                LevelKey = LevelKeyOf(inputs, settings),
                Levels = pyramid.Levels.Count,
                Frames = pyramid.Output.T,
                Height = pyramid.Output.H,
                Width = pyramid.Output.W,
            },
            pyramid);
    }

    /// <summary>The plan on a device; <c>null</c> where devices cannot make such samples, or have too little memory.</summary>
    /// <param name="plan">The plan on the CPU.</param>
    /// <param name="pyramid">Its pyramid.</param>
    /// <param name="options">The options of the method.</param>
    /// <param name="largestDevice">Bytes of the largest device in the cluster; <c>null</c>: not known, one that joins is waited for.</param>
    public static RequestPlan? OnDevice(RequestPlan plan, PyramidPlan pyramid, MethodOptions options, long? largestDevice)
    {
        if (!DeviceSupport.Fits(options)) return null;
        long bytes = GpuBuffers.PeakBytes(pyramid, options);
        return largestDevice < bytes ? null : plan with { Backend = BackendName.Gpu, DeviceMemory = bytes, MoreDeviceMemory = GpuBuffers.PeakBytes(pyramid, options, samples: 2) - bytes };
    }

    private static void Require(IReadOnlyList<RequestInput> inputs, Application application)
    {
        int Count(InputRole role) => inputs.Count(i => i.Role == role);
        int all = inputs.Count;
        (bool fits, string takes) = application switch
        {
            Application.Generation => (all > 0 && Count(InputRole.Input) == all, "one or more inputs"),
            Application.Retargeting => (all == 1 && Count(InputRole.Input) == 1, "one input"),
            Application.Inpainting => (
                Count(InputRole.Input) == 1 && Count(InputRole.Mask) == 1 && Count(InputRole.Source) <= 1 && all == 2 + Count(InputRole.Source),
                "one input, one mask, and optionally a source"),
            Application.Analogy => (all == 2 && Count(InputRole.Content) == 1 && Count(InputRole.Style) == 1, "one content and one style"),
            Application.Sketch => (all == 2 && Count(InputRole.Sketch) == 1 && Count(InputRole.Style) == 1, "one sketch and one style"),
            _ => throw new ArgumentOutOfRangeException(nameof(application)),
        };
        if (!fits) throw new GrainException("inputs-missing", "the inputs do not match the application", $"it takes {takes}");
    }

    private static Extent SizeOf(IngestResult video, ReadOptions read)
    {
        int frames = video.Frames;
        if (read.Frames is { } range) frames = Math.Min(frames, range.Last ?? frames) - range.First + 1;
        if (read.MaxHeight is not { } most || video.Height <= most) return new Extent(frames, video.Height, video.Width);

        // As the reader downscales frames: to even widths.
        return new Extent(frames, most, 2 * Math.Max(1, (int)Math.Round((double)video.Width * most / (2.0 * video.Height))));
    }

    private static string LevelKeyOf(IReadOnlyList<RequestInput> inputs, RequestSettings settings)
    {
        string shared = $"{settings.Write()}\n{string.Join('\n', inputs.Select(i => $"{i.Role} {i.VideoId}"))}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shared)))[..32];
    }
}
