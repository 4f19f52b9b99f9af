using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Levels;

/// <summary>Keeps resized levels of an input for later samples, instead of the sampler itself. Called on computing threads.</summary>
public interface ILevelStore
{
    /// <summary>Returns a stored level; <c>null</c> if it has to be computed.</summary>
    /// <param name="level">The level, 0 the finest.</param>
    Volume? Find(int level);

    /// <summary>Offers a computed level, which neither side changes any more.</summary>
    /// <param name="level">The level, 0 the finest.</param>
    /// <param name="volume">The input at this level, T×H×W×3.</param>
    void Keep(int level, Volume volume);
}
