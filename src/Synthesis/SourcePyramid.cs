using Vgpnn.Kernels;
using Vgpnn.Synthesis.Media;

namespace Vgpnn.Synthesis;

/// <summary>A clip's levels in the samples of either engine, made when they are first asked for.</summary>
internal sealed class SourcePyramid(Clip clip, IReadOnlyList<LevelPlan> levels)
{
    private readonly Lazy<InputPyramid<byte>> _bytes = new(() => new InputPyramid<byte>(clip.ToBytes(), levels));
    private readonly Lazy<InputPyramid<float>> _floats = new(() => new InputPyramid<float>(clip.ToFloats(), levels));

    /// <summary>The levels as one kind of samples.</summary>
    public InputPyramid<T> Of<T>()
        where T : unmanaged =>
        typeof(T) == typeof(float) ? (InputPyramid<T>)(object)_floats.Value : (InputPyramid<T>)(object)_bytes.Value;

    /// <summary>The clip at another size and level in one step, in floats whatever the engine.</summary>
    public Volume<float> Resized(Engine engine, Extent size, Scale scale, Workers workers) => engine == Engine.Float
        ? _floats.Value.Resized(size, scale, workers)
        : RgbSamples.ToFloat(_bytes.Value.Resized(size, scale, workers));
}
