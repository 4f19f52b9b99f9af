namespace Vgpnn.Synthesis.Evaluation;

/// <summary>
/// What one sample scores against its input. Read the numbers together, never one alone: a copy of the input wins
/// coherence, noise wins diversity. A number that is not defined for the two clips is null.
/// </summary>
/// <param name="Coherence">Mean squared distance of the sample's patches to the input (<see cref="PatchScores"/>); 0 is best.</param>
/// <param name="Completeness">Mean squared distance of the input's patches to the sample (<see cref="PatchScores"/>); 0 is best; null where only a mask was filled.</param>
/// <param name="Sharpness">Gradients of the sample's patches over those of their matches (<see cref="PatchScores"/>); 1 is right, less is blur, more is noise.</param>
/// <param name="FrameDifference">How much moves, over how much moves in the input (<see cref="Motion"/>); 1 is alike.</param>
/// <param name="Flicker">How restless the motion is, over the input's (<see cref="Motion"/>); 1 is alike.</param>
/// <param name="NnfDiversity">How disordered the field of nearest neighbours is (<see cref="FieldDisorder"/>): 0 is a copy, towards 1 is noise; null as above.</param>
/// <param name="CopiedFrames">Share of the sample's frames that are a frame of the input (<see cref="CopiedFrames"/>), 0 to 1.</param>
/// <param name="FrechetPatchDistance">How alike patches are as a whole (<see cref="FrechetPatchDistance"/>); 0 is best; null as above.</param>
/// <param name="Svfid">Fréchet distance of learned features (<see cref="Evaluation.Svfid"/>); 0 is best; null without weights, or for frames of another size.</param>
/// <param name="Structure">How well movement or strokes follow those of the content (<see cref="StructureScore"/>), -1 to 1; 1 is best; null unless there is one.</param>
/// <param name="Outside">Mean absolute difference from the input outside the mask, in grey levels; 0 is right; null without a mask.</param>
/// <param name="Seam">Change from the last frame to the first over the largest other one (<see cref="LoopSeam"/>); up to 1 is right; null unless it is a loop.</param>
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
