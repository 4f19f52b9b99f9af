using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Evaluation;

/// <summary>A video in the forms that metrics use.</summary>
/// <param name="Rgb">Its frames.</param>
/// <param name="Grey">Their brightness.</param>
internal sealed record EvaluatedVideo(Volume<byte> Rgb, Volume<float> Grey)
{
    public EvaluatedVideo(Volume<byte> rgb)
        : this(rgb, Evaluation.Grey.Of(rgb))
    {
    }

    /// <param name="clip">The video.</param>
    /// <param name="name">Name of the video in messages.</param>
    /// <exception cref="VgpnnException">Kind Input: the video is smaller than a patch.</exception>
    public static EvaluatedVideo Of(Clip clip, string name) =>
        clip.Extent.Holds(PatchScores.Patch)
            ? new EvaluatedVideo(clip.ToBytes())
            : throw new VgpnnException(
                ErrorKind.Input, "too-small-to-evaluate",
                $"{name} is {clip.Extent} (frames × rows × columns), smaller than the patches of {PatchScores.Patch} that are compared",
                "use a clip of at least 3 frames of 7×7 pixels");
}
