using Vgpnn.Kernels;

namespace Vgpnn.Synthesis;

/// <summary>
/// The levels x_n of the input: each resized from full size. Coarse ones are kept for the next sample, fine ones made
/// anew where keeping them would take too much memory.
/// </summary>
internal sealed class InputPyramid<T>
    where T : unmanaged
{
    private readonly Volume<T> _full;
    private readonly IReadOnlyList<LevelPlan> _levels;
    private readonly BorderRule _border;
    private readonly int _finestKept;
    private readonly Volume<T>?[] _kept;

    /// <param name="full">x₀.</param>
    /// <param name="levels">Finest first.</param>
    /// <param name="border">Mirror, but for comparisons with the official program.</param>
    public InputPyramid(Volume<T> full, IReadOnlyList<LevelPlan> levels, BorderRule border = BorderRule.Mirror)
    {
        _full = full;
        _levels = levels;
        _border = border;
        _finestKept = PlanCost.FinestKeptLevel<T>(levels);
        _kept = new Volume<T>?[levels.Count];
    }

    /// <summary>x_n. The caller may read it, not change it.</summary>
    public Volume<T> Level(int n, Workers workers)
    {
        if (n == 0) return _full;
        if (_kept[n] is { } kept) return kept;
        Volume<T> level = Resampler.Resize(_full, _levels[n].Input, _levels[n].Scale, workers, _border);
        if (n >= _finestKept) _kept[n] = level;
        return level;
    }

    /// <summary>x_{n+1} enlarged to level n: as blurred as an enlarged output is.</summary>
    public Volume<T> Blurred(int n, Workers workers) =>
        Resampler.Resize(Level(n + 1, workers), _levels[n].Input, _levels[n].Scale / _levels[n + 1].Scale, workers, _border);

    /// <summary>The input at another size and level in one step: the coarsest query before its noise.</summary>
    public Volume<T> Resized(Extent size, Scale scale, Workers workers) => Resampler.Resize(_full, size, scale, workers, _border);
}
