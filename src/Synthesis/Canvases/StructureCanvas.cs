using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Planning;
using Vgpnn.Synthesis.Structure;

namespace Vgpnn.Synthesis.Canvases;

/// <summary>
/// An output whose patches are also compared by their motion (paper, section 4, video analogies): at the coarsest level by structure only, at the next ones
/// with structure as a fourth channel, at the finer ones by colours only.
/// </summary>
internal sealed class StructureCanvas(StructureGuide guide) : Canvas
{
    // Weight of the position relative to motion from 0 to 1, for a distance of the whole width or height: keeps static regions where they are in the style.
    private const float PlaceWeight = 0.1f;

    public override Volume<T> Query<T>(LevelPlan level, Volume<T> output) => Joined(level, output, guide.Content);

    public override Volume<T> Keys<T>(LevelPlan level, Volume<T> keys) =>
        level.Guide == Guide.Structure && typeof(T) == typeof(float)
            ? (Volume<T>)(Volume)WithPlaces(guide.Style[level.Index]!)
            : Joined(level, keys, guide.Style);

    /// <summary>
    /// Structure, and two channels of positions, each from 0 to <see cref="PlaceWeight"/> between opposite borders: of patches with equal motion the one at the
    /// same position is nearest. Without positions all static patches would be equal.
    /// </summary>
    public static Volume<float> WithPlaces(Volume<float> structure)
    {
        Extent extent = structure.Extent;
        var joined = new Volume<float>(extent, 3);
        for (int t = 0; t < extent.T; t++)
        {
            for (int h = 0; h < extent.H; h++)
            {
                ReadOnlySpan<float> from = structure.Row(t, h);
                Span<float> to = joined.Row(t, h);
                for (int w = 0; w < extent.W; w++)
                {
                    to[3 * w] = from[w];
                    to[(3 * w) + 1] = PlaceWeight * (h + 0.5f) / extent.H;
                    to[(3 * w) + 2] = PlaceWeight * (w + 0.5f) / extent.W;
                }
            }
        }

        return joined;
    }

    /// <summary>Structure as bytes of a fourth channel.</summary>
    public static Volume<byte> Bytes(Volume<float> structure, float weight)
    {
        var bytes = new Volume<byte>(structure.Extent, 1);
        for (int i = 0; i < structure.Count; i++) bytes.Samples[i] = Sample<byte>(structure.Samples[i] * weight);
        return bytes;
    }

    private Volume<T> Joined<T>(LevelPlan level, Volume<T> colours, IReadOnlyList<Volume<float>?> structures)
        where T : unmanaged
    {
        // The coarsest query contains the structure already, and has no colours yet.
        if (level.Guide != Guide.StructureAndColour) return colours;
        ReadOnlySpan<float> structure = structures[level.Index]!.Samples;
        var joined = new Volume<T>(colours.Extent, 4);
        Span<T> to = joined.Samples;
        ReadOnlySpan<T> from = colours.Samples;
        for (int i = 0; i < structure.Length; i++)
        {
            from.Slice(3 * i, 3).CopyTo(to[(4 * i)..]);
            to[(4 * i) + 3] = Sample<T>(structure[i] * guide.Weight);
        }

        return joined;
    }

    // A unit of a byte is 1/127.5, as for colours, so that distances have one unit.
    private static T Sample<T>(float structure)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return (T)(object)structure;
        return (T)(object)(byte)Math.Clamp((structure * 127.5f) + 0.5f, 0, 255);
    }
}
