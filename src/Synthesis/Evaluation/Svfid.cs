using System.Globalization;
using Vgpnn.Kernels.Networks;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>The features that the Gaussians of SVFID are fitted to.</summary>
public enum SvfidVariant
{
    /// <summary>Those of each position over the frames, first 50 channels; the result is the mean over positions. As in a public re-implementation.</summary>
    Positions,

    /// <summary>Those of all positions and frames, all channels: the plain Fréchet distance of two videos.</summary>
    Video,
}

/// <summary>
/// SVFID, the single-video Fréchet distance (Gur, Benaim and Wolf, <i>Hierarchical Patch VAE-GAN</i>, NeurIPS 2020), of features of C3D from RGB of
/// 0 to 255. The original program was never published, so every value states layer and variant: compare only values with the same ones.
/// </summary>
/// <param name="network">C3D up to the layer, with the user's weights.</param>
/// <param name="variant">The features that Gaussians are fitted to.</param>
public sealed class Svfid(C3d network, SvfidVariant variant)
{
    /// <summary>Number of channels that <see cref="SvfidVariant.Positions"/> uses, the first ones.</summary>
    public const int PositionChannels = 50;

    // Added to every variance: with few frames covariances are singular.
    private const double Diagonal = 1e-6;
    private const int LeastFrames = 2;

    // Features are computed for bands of rows: the memory that a band should use, and its maximum.
    private const long BandBytes = 256L << 20;
    private const long MostBytes = 4L << 30;

    /// <summary>The layer.</summary>
    public C3dLayer Layer => network.Layer;

    /// <summary>The variant.</summary>
    public SvfidVariant Variant => variant;

    /// <summary>Number of channels compared.</summary>
    public int Channels =>
        variant == SvfidVariant.Positions ? Math.Min(PositionChannels, C3d.ChannelsOf(Layer)) : C3d.ChannelsOf(Layer);

    /// <summary>The distance of two videos.</summary>
    /// <returns>0 or more; <c>null</c> if positions are compared and the frame sizes differ.</returns>
    /// <exception cref="VgpnnException">Kind Usage: a video is too short or too small for the layer, or too large.</exception>
    public double? Measure(Volume<byte> input, Volume<byte> sample, Workers workers)
    {
        Check(input.Extent, "the input");
        Check(sample.Extent, "the sample");
        if (variant == SvfidVariant.Video) return Gaussian.FrechetDistance(Fit(input, workers), Fit(sample, workers), Diagonal);
        if (input.Extent.H != sample.Extent.H || input.Extent.W != sample.Extent.W) return null;
        Extent size = C3d.SizeOf(Layer, input.Extent);
        int rows = Math.Min(RowsOfBand(input.Extent), RowsOfBand(sample.Extent));
        double sum = 0;
        for (int first = 0; first < size.H; first += rows)
        {
            int end = Math.Min(size.H, first + rows);
            sum += OverPositions(Features(input, first, end, workers), Features(sample, first, end, workers), workers);
        }

        return sum / ((double)size.H * size.W);
    }

    private double OverPositions(Volume<float> a, Volume<float> b, Workers workers)
    {
        int width = a.Extent.W;
        var distances = new double[a.Extent.H];
        workers.For(distances.Length, h =>
        {
            for (int w = 0; w < width; w++)
                distances[h] += FrameGaussians.FrechetDistance(a, b, h, w, Channels, Diagonal);
        });
        return distances.Sum();
    }

    private Gaussian Fit(Volume<byte> video, Workers workers)
    {
        var moments = new Moments(Channels);
        int height = C3d.SizeOf(Layer, video.Extent).H, rows = RowsOfBand(video.Extent);
        for (int first = 0; first < height; first += rows)
        {
            Volume<float> features = Features(video, first, Math.Min(height, first + rows), workers);
            moments.Add(features.Samples.ToArray(), features.Channels, workers);
        }

        return moments.Fit();
    }

    // Rows of the layer from first to end − 1.
    private Volume<float> Features(Volume<byte> video, int first, int end, Workers workers)
    {
        (int top, int bottom, int skipped) = C3d.RowsFor(Layer, first, end, video.Extent.H);
        var band = new Volume<float>(new Extent(video.Extent.T, bottom - top, video.Extent.W), video.Channels);
        for (int t = 0; t < video.Extent.T; t++)
        {
            for (int h = top; h < bottom; h++)
            {
                ReadOnlySpan<byte> source = video.Row(t, h);
                Span<float> target = band.Row(t, h - top);
                for (int i = 0; i < source.Length; i++) target[i] = source[i];
            }
        }

        Volume<float> all = network.Features(band, workers);
        if (skipped == 0 && all.Extent.H == end - first) return all;
        var part = new Volume<float>(new Extent(all.Extent.T, end - first, all.Extent.W), all.Channels);
        for (int t = 0; t < part.Extent.T; t++)
            for (int h = 0; h < part.Extent.H; h++)
                all.Row(t, skipped + h).CopyTo(part.Row(t, h));
        return part;
    }

    private int RowsOfBand(Extent video)
    {
        int rows = C3d.SizeOf(Layer, video).H;
        while (rows > 1 && BytesOf(rows, video) > BandBytes) rows /= 2;
        return rows;
    }

    private long BytesOf(int rows, Extent video)
    {
        // A band in the middle has neighbours on both sides, like most.
        int first = Math.Max(0, (C3d.SizeOf(Layer, video).H - rows) / 2);
        (int top, int bottom, _) = C3d.RowsFor(Layer, first, first + rows, video.H);
        return C3d.WorkingBytes(Layer, video with { H = bottom - top });
    }

    private void Check(Extent video, string name)
    {
        Extent size = C3d.SizeOf(Layer, video);
        if (size.T < LeastFrames || size.Count == 0)
        {
            throw new VgpnnException(
                ErrorKind.Usage, "svfid-layer-too-deep",
                $"{name} is {video} (frames × rows × columns), which leaves {size} at C3D's {Layer.ToString().ToLowerInvariant()}; at least 2 frames are needed there",
                "use an earlier layer: --svfid-layer conv1");
        }

        if (BytesOf(1, video) > MostBytes)
        {
            throw new VgpnnException(
                ErrorKind.Usage, "svfid-too-large",
                string.Create(CultureInfo.InvariantCulture, $"{name} is {video} (frames × rows × columns); the features of a single row need more than {MostBytes >> 30} GiB"),
                "compare fewer or smaller frames");
        }
    }
}
