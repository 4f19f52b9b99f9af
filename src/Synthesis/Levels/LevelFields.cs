using Vgpnn.Kernels.Matching;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Levels;

/// <summary>Matches of a level, from which the next finer one starts (<see cref="LevelPlan.StartsFromCoarser"/>).</summary>
/// <param name="Matches">The key of every query patch; <c>null</c> if unknown.</param>
/// <param name="Users">The nearest query of every key patch, for completeness; <c>null</c> if unknown.</param>
public readonly record struct LevelFields(NearestNeighbourField? Matches, NearestNeighbourField? Users)
{
    /// <summary>Matches from which the searches of a finer level start.</summary>
    internal LevelFields Resized(LevelPlan level) =>
        new(Matches!.Resized(level.Query, level.Input, level.Patch), Users?.Resized(level.Input, level.Query, level.Patch));

    /// <summary>Whether a run with these options has such matches after this level.</summary>
    internal bool Fit(LevelPlan level, MethodOptions options) =>
        Matches is { } matches && matches.QueryGrid == level.QueryGrid && matches.KeyGrid == level.KeyGrid
        && (options.Completeness is null || (Users is { } users && users.QueryGrid == level.KeyGrid && users.KeyGrid == level.QueryGrid));
}
