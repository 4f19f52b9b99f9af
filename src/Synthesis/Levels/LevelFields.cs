using Vgpnn.Kernels.Matching;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Levels;

/// <summary>Matches of a level that the next finer one starts from (<see cref="LevelPlan.StartsFromCoarser"/>).</summary>
/// <param name="Matches">For every query patch its key; null: not known.</param>
/// <param name="Users">For every key patch its nearest query, where completeness counts; null: not known.</param>
public readonly record struct LevelFields(NearestNeighbourField? Matches, NearestNeighbourField? Users)
{
    /// <summary>Where the searches of a finer level start.</summary>
    internal LevelFields Resized(LevelPlan level) =>
        new(Matches!.Resized(level.Query, level.Input, level.Patch), Users?.Resized(level.Input, level.Query, level.Patch));

    /// <summary>Whether these are what a run of such options knows after such a level.</summary>
    internal bool Fit(LevelPlan level, MethodOptions options) =>
        Matches is { } matches && matches.QueryGrid == level.QueryGrid && matches.KeyGrid == level.KeyGrid
        && (options.Completeness is null || (Users is { } users && users.QueryGrid == level.KeyGrid && users.KeyGrid == level.QueryGrid));
}
