using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>A video in the forms that metrics look at.</summary>
/// <param name="Rgb">Its frames.</param>
/// <param name="Grey">Their brightness.</param>
internal sealed record EvaluatedVideo(Volume<byte> Rgb, Volume<float> Grey)
{
    public EvaluatedVideo(Volume<byte> rgb)
        : this(rgb, Evaluation.Grey.Of(rgb))
    {
    }

    /// <param name="clip">The video.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="VgpnnException">Kind Input: it is smaller than a patch.</exception>
    public static EvaluatedVideo Of(Clip clip, string name) =>
        clip.Extent.Holds(PatchScores.Patch)
            ? new EvaluatedVideo(clip.ToBytes())
            : throw new VgpnnException(
                ErrorKind.Input, "too-small-to-evaluate",
                $"{name} is {clip.Extent} (frames × rows × columns), and patches of {PatchScores.Patch} are compared",
                "give a clip of at least 3 frames and 7×7 pixels");
}
