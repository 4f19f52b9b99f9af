using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Networks;

/// <summary>Layers of <see cref="C3d"/> whose output can be returned; convolutions include their ReLU.</summary>
public enum C3dLayer
{
    /// <summary>64 channels, size of the input.</summary>
    Conv1,

    /// <summary>64 channels, rows and columns halved.</summary>
    Pool1,

    /// <summary>128 channels.</summary>
    Conv2,

    /// <summary>128 channels; frames, rows and columns halved, as by all further pools.</summary>
    Pool2,

    /// <summary>256 channels.</summary>
    Conv3a,

    /// <summary>256 channels.</summary>
    Conv3b,

    /// <summary>256 channels.</summary>
    Pool3,

    /// <summary>512 channels.</summary>
    Conv4a,

    /// <summary>512 channels.</summary>
    Conv4b,

    /// <summary>512 channels.</summary>
    Pool4,

    /// <summary>512 channels.</summary>
    Conv5a,

    /// <summary>512 channels.</summary>
    Conv5b,

    /// <summary>512 channels; rows and columns are padded by one.</summary>
    Pool5,
}

/// <summary>
/// The convolutional part of C3D (Tran et al., <i>Learning Spatiotemporal Features with 3D Convolutional Networks</i>, ICCV 2015) up to a
/// given layer, for videos of any size. Results do not depend on the number of threads or on register width.
/// </summary>
public sealed class C3d
{
    private static readonly Extent Kernel = new(3, 3, 3), Margin = new(1, 1, 1);

    // An alternative, widely used naming numbers the layers of a sequence.
    private static readonly (C3dLayer Layer, int Channels, string Index)[] Convolutions =
    [
        (C3dLayer.Conv1, 64, "features.0"), (C3dLayer.Conv2, 128, "features.3"), (C3dLayer.Conv3a, 256, "features.6"),
        (C3dLayer.Conv3b, 256, "features.8"), (C3dLayer.Conv4a, 512, "features.11"), (C3dLayer.Conv4b, 512, "features.13"),
        (C3dLayer.Conv5a, 512, "features.16"), (C3dLayer.Conv5b, 512, "features.18"),
    ];

    private readonly List<Convolution> _convolutions = [];

    /// <param name="source">Weights named <c>conv1.weight</c> … <c>conv5b.bias</c>, or <c>features.0.weight</c> … <c>features.18.bias</c>.</param>
    /// <param name="layer">Output layer; weights of later layers are not read.</param>
    public C3d(IWeightSource source, C3dLayer layer)
    {
        ArgumentNullException.ThrowIfNull(source);
        Layer = layer;
        bool counted = !source.Contains("conv1.weight") && source.Contains("features.0.weight");
        int input = 3;
        foreach ((C3dLayer each, int channels, string index) in Convolutions.Where(c => c.Layer <= layer))
        {
            string name = counted ? index : NameOf(each);
            _convolutions.Add(Layers.Convolution(source, name, new ConvolutionShape(input, channels, Kernel)));
            input = channels;
        }
    }

    /// <summary>The layer whose output is returned.</summary>
    public C3dLayer Layer { get; }

    /// <summary>Number of channels of a layer.</summary>
    public static int ChannelsOf(C3dLayer layer) => Convolutions.Last(c => c.Layer <= layer).Channels;

    /// <summary>Returns the size of a layer's output; an axis is 0 if the video is too small for the layer.</summary>
    public static Extent SizeOf(C3dLayer layer, Extent video)
    {
        for (C3dLayer each = C3dLayer.Conv1; each <= layer; each++)
            if (PoolingOf(each) is { } pooling) video = pooling.OutputOf(video);
        return video;
    }

    /// <summary>
    /// Returns the rows of the video that rows <paramref name="first"/> to <paramref name="end"/> − 1 of a layer depend on, aligned to the layer's
    /// grid: the features of this part of the video contain the requested rows starting at row <c>Skipped</c>.
    /// </summary>
    public static (int First, int End, int Skipped) RowsFor(C3dLayer layer, int first, int end, int height)
    {
        int stride = 1, row = first;
        for (C3dLayer each = layer; each >= C3dLayer.Conv1; each--)
        {
            if (PoolingOf(each) is { } pooling)
            {
                int padding = pooling.Padded ? 1 : 0;
                (row, end, stride) = ((2 * row) - padding, (2 * end) - padding, 2 * stride);
            }
            else
            {
                (row, end) = (row - 1, end + 1);
            }
        }

        int from = Math.Max(0, row) / stride;

        // A pooling window cut off at the end would be dropped.
        long to = Math.Min(height, ((long)end + stride - 1) / stride * stride);
        return (from * stride, (int)to, first - from);
    }

    /// <summary>Peak memory while features of a video of this size are computed, including result and weights, in bytes.</summary>
    public static long WorkingBytes(C3dLayer layer, Extent video)
    {
        // At most one map and its input are held at a time.
        long most = 0, before = FeatureMap.Bytes(video, 3, Margin), weights = 0;
        int channels = 3;
        for (C3dLayer each = C3dLayer.Conv1; each <= layer; each++)
        {
            if (PoolingOf(each) is { } pooling) video = pooling.OutputOf(video);
            else weights += Convolution.Bytes(new ConvolutionShape(channels, ChannelsOf(each), Kernel));
            channels = ChannelsOf(each);
            long after = FeatureMap.Bytes(video, channels, Margin);
            (most, before) = (Math.Max(most, before + after), after);
        }

        return most + Volume.Bytes<float>(video, channels) + weights;
    }

    /// <summary>Computes the features of a video.</summary>
    /// <param name="video">RGB, T×H×W×3, on the scale that the weights were trained for.</param>
    /// <param name="workers">Threads and cancellation.</param>
    /// <returns>A volume of size <see cref="SizeOf"/> with <see cref="ChannelsOf"/> channels.</returns>
    /// <exception cref="ArgumentException">The video is not RGB, or is too small for the layer.</exception>
    public Volume<float> Features(Volume<float> video, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(video);
        ArgumentNullException.ThrowIfNull(workers);
        if (video.Channels != 3) throw new ArgumentException($"C3D needs RGB video; this one has {video.Channels} channels", nameof(video));
        if (SizeOf(Layer, video.Extent).Count == 0) throw new ArgumentException($"a video of {video.Extent} is too small for the layer {Layer}", nameof(video));
        var map = new FeatureMap(video.Extent, 3, Margin);
        ForRows(video.Extent, workers, (t, h) => video.Row(t, h).CopyTo(map.Row(t, h)));
        using List<Convolution>.Enumerator convolutions = _convolutions.GetEnumerator();
        for (C3dLayer each = C3dLayer.Conv1; each <= Layer; each++)
        {
            FeatureMap next;
            if (PoolingOf(each) is { } pooling)
            {
                next = new FeatureMap(pooling.OutputOf(map.Extent), map.Channels, Margin);
                pooling.Run(map, next, workers);
            }
            else
            {
                convolutions.MoveNext();
                next = new FeatureMap(map.Extent, convolutions.Current.Shape.Output, Margin);
                convolutions.Current.Run(map, next, workers, rectify: true);
            }

            map = next;
        }

        var features = new Volume<float>(map.Extent, map.Channels);
        ForRows(map.Extent, workers, (t, h) => map.Row(t, h).CopyTo(features.Row(t, h)));
        return features;
    }

    private static MaxPooling? PoolingOf(C3dLayer layer) => layer switch
    {
        C3dLayer.Pool1 => new MaxPooling(1, Padded: false),
        C3dLayer.Pool2 or C3dLayer.Pool3 or C3dLayer.Pool4 => new MaxPooling(2, Padded: false),
        C3dLayer.Pool5 => new MaxPooling(2, Padded: true),
        _ => null,
    };

    private static string NameOf(C3dLayer layer)
    {
        string name = layer.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    private static void ForRows(Extent extent, Workers workers, Action<int, int> row) =>
        workers.For(extent.T * extent.H, i => row(i / extent.H, i % extent.H));
}
