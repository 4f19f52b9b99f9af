using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Masks;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Levels;

/// <summary>The levels of one or several clips in the components of either engine, computed on first use.</summary>
/// <param name="clips">Clips of one size; each keeps its own motion: no patch is taken across a joint.</param>
/// <param name="levels">Finest first.</param>
/// <param name="excluded">Patches that touch it are no candidates; <c>null</c> if all are candidates.</param>
internal sealed class SourcePyramid(IReadOnlyList<Clip> clips, IReadOnlyList<LevelPlan> levels, Mask? excluded = null)
{
    private readonly Lazy<InputPyramid<byte>> _bytes =
        new(() => new InputPyramid<byte>([.. clips.Select(c => c.ToBytes())], levels, excluded: excluded));

    private readonly Lazy<InputPyramid<float>> _floats =
        new(() => new InputPyramid<float>([.. clips.Select(c => c.ToFloats())], levels, excluded: excluded));

    /// <summary>Keeps levels instead of this object; <c>null</c> to keep them here.</summary>
    public ILevelStore? Store { get; set; }

    /// <summary>The levels with one type of component.</summary>
    public InputPyramid<T> Of<T>()
        where T : unmanaged
    {
        var pyramid = typeof(T) == typeof(float) ? (InputPyramid<T>)(object)_floats.Value : (InputPyramid<T>)(object)_bytes.Value;
        pyramid.Store = Store;
        return pyramid;
    }

    /// <summary>A clip resized to another size and level in one step, in floats for either engine.</summary>
    public Volume<float> Resized(Engine engine, Extent size, Scale scale, Workers workers, int clip = 0) => engine == Engine.Float
        ? _floats.Value.Resized(size, scale, workers, clip)
        : ColourConversion.ToFloat(_bytes.Value.Resized(size, scale, workers, clip));
}
