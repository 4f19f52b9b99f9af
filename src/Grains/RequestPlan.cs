using System.Security.Cryptography;
using System.Text;
using Vgpnn.Grains.Contracts;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Grains;

/// <summary>What a sample of a request takes, as far as sizes tell.</summary>
/// <param name="Bytes">Memory at its peak.</param>
/// <param name="DeviceBytes">The least that it takes on a device; 0: devices do not make its like.</param>
/// <param name="Voxels">Of its output.</param>
/// <param name="Charge">Its work, in units of a million patch distances, and a little for being there at all.</param>
/// <param name="Affinity">Equal for samples that share their levels.</param>
/// <param name="Pyramid">Its levels.</param>
internal sealed record RequestPlan(long Bytes, long DeviceBytes, long Voxels, double Charge, string Affinity, PyramidPlan Pyramid)
{
    /// <exception cref="VgpnnException">Settings and inputs do not go together.</exception>
    public static RequestPlan Make(NewRequest request, IReadOnlyList<VideoStatus> videos, string settings)
    {
        MethodOptions options = request.Settings.Options;
        if (request.Settings.FrameRate is { } pace && !FrameRate.TryParse(pace, out _))
            throw new GrainException("frame-rate", $"{pace} is no frame rate");
        Require(request, options.Application);
        PyramidPlan plan = PyramidPlanner.Plan(
            [.. request.Inputs.Zip(videos, (input, video) => new InputSize(input.Role, SizeOf(video, request.Settings.ReadOptions(input.Role))))],
            options);

        // While a checkpoint is written the next one may be waiting: outputs and, in the middle of a level, matches.
        long checkpoint = (plan.Output.Count * 3 * (options.Engine == Engine.Float ? sizeof(float) : 1)) + (sizeof(int) * plan.Levels[0].QueryGrid.Count);
        return new RequestPlan(
            plan.PeakBytes + (2 * checkpoint), DeviceSupport.Fits(options) ? DeviceCost.LeastBytes(plan, options) : 0, plan.Output.Count, 1 + (plan.PatchEvaluations / 1e6), AffinityOf(request, settings), plan);
    }

    private static void Require(NewRequest request, Application application)
    {
        int Count(InputRole role) => request.Inputs.Count(i => i.Role == role);
        int all = request.Inputs.Count;
        (bool fits, string takes) = application switch
        {
            Application.Generation => (all > 0 && Count(InputRole.Input) == all, "one input or more"),
            Application.Retargeting => (all == 1 && Count(InputRole.Input) == 1, "one input"),
            Application.Inpainting => (
                Count(InputRole.Input) == 1 && Count(InputRole.Mask) == 1 && Count(InputRole.Source) <= 1 && all == 2 + Count(InputRole.Source),
                "one input and one mask, and perhaps a source"),
            Application.Analogy => (all == 2 && Count(InputRole.Content) == 1 && Count(InputRole.Style) == 1, "one content and one style"),
            Application.Sketch => (all == 2 && Count(InputRole.Sketch) == 1 && Count(InputRole.Style) == 1, "one sketch and one style"),
            _ => throw new ArgumentOutOfRangeException(nameof(application)),
        };
        if (!fits) throw new GrainException("inputs-missing", "the inputs are not those that this application takes", takes);
    }

    private static Extent SizeOf(VideoStatus video, ReadOptions read)
    {
        int frames = video.Frames!.Value;
        if (read.Frames is { } range) frames = Math.Min(frames, range.Last ?? frames) - range.First + 1;
        (int height, int width) = (video.Height!.Value, video.Width!.Value);
        if (read.MaxHeight is not { } most || height <= most) return new Extent(frames, height, width);

        // As the reader makes frames smaller: to even widths.
        return new Extent(frames, most, 2 * Math.Max(1, (int)Math.Round((double)width * most / (2.0 * height))));
    }

    private static string AffinityOf(NewRequest request, string settings)
    {
        string shared = $"{settings}\n{string.Join('\n', request.Inputs.Select(i => $"{i.Role} {i.VideoId}"))}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shared)))[..32];
    }
}
