namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// Scores of one sample against its input. Read them together, never one alone: a copy of the input has the best coherence, noise the best diversity.
/// <c>null</c>: the score is not defined for the two clips.
/// </summary>
/// <param name="Coherence">Mean squared distance of the sample's patches to the input (<see cref="PatchScores"/>); 0 is best.</param>
/// <param name="Completeness">Mean squared distance of the input's patches to the sample (<see cref="PatchScores"/>); 0 is best; <c>null</c> with a mask.</param>
/// <param name="Sharpness">Gradients of the sample's patches over those of their matches (<see cref="PatchScores"/>); 1 is best, less is blur, more is noise.</param>
/// <param name="FrameDifference">Motion relative to the input (<see cref="Motion"/>); 1 is the same.</param>
/// <param name="Flicker">Flicker relative to the input (<see cref="Motion"/>); 1 is the same.</param>
/// <param name="NnfDiversity">Disorder of the nearest-neighbour field (<see cref="FieldDisorder"/>): 0 is a copy, towards 1 is noise; <c>null</c> with a mask.</param>
/// <param name="CopiedFrames">Share of the sample's frames that equal a frame of the input (<see cref="CopiedFrames"/>), 0 to 1; <c>null</c> with a mask.</param>
/// <param name="FrechetPatchDistance">Distance of the distributions of patches (<see cref="FrechetPatchDistance"/>); 0 is best; <c>null</c> with a mask.</param>
/// <param name="Svfid">Fréchet distance of learned features (<see cref="Evaluation.Svfid"/>); 0 is best; <c>null</c> without weights, or for frames of another size.</param>
/// <param name="Structure">Correlation of motion or strokes with the content (<see cref="StructureScore"/>), −1 to 1; 1 is best; <c>null</c> without a content.</param>
/// <param name="Outside">Mean absolute difference from the input outside the mask, in grey levels; 0 is best; <c>null</c> without a mask.</param>
/// <param name="Seam">Change from the last frame to the first, over the largest other change (<see cref="LoopSeam"/>); up to 1 is good; <c>null</c> unless it is a loop.</param>
public sealed record SampleScores(
    double Coherence,
    double? Completeness,
    double? Sharpness,
    double? FrameDifference,
    double? Flicker,
    double? NnfDiversity,
    double? CopiedFrames,
    double? FrechetPatchDistance,
    double? Svfid = null,
    double? Structure = null,
    double? Outside = null,
    double? Seam = null);
