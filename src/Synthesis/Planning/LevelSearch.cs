using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Planning;

/// <summary>Chooses the search of a level, for all backends.</summary>
internal static class LevelSearch
{
    // Limit in patch distances up to which a level that compares motion is searched exhaustively: its patches are hard to tell apart.
    private const long FewEvaluations = 1 << 26;

    /// <summary>The search for every query's nearest key: exhaustive at small levels, unless the official schedule is requested.</summary>
    public static SearchMethod Method(MethodOptions options, LevelPlan level) => Method(options.Search, level, level.KeyGrid);

    /// <summary>The search for every key's nearest query.</summary>
    public static SearchMethod ReverseMethod(MethodOptions options, LevelPlan level) => Method(options.Search, level, level.QueryGrid);

    private static SearchMethod Method(SearchMethod method, LevelPlan level, Extent keys)
    {
        bool small = keys.Count <= PatchSearches.SmallLevel
            || (level.Guide == Guide.Structure && level.QueryGrid.Count * level.KeyGrid.Count <= FewEvaluations);
        return method == SearchMethod.PatchMatch && small ? SearchMethod.Exhaustive : method;
    }
}
