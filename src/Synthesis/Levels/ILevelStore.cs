using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Synthesis.Levels;

/// <summary>Keeps resized levels of an input for later samples, in place of the sampler itself. Called on computing threads.</summary>
public interface ILevelStore
{
    /// <summary>A level that was kept; <c>null</c>: it has to be made.</summary>
    /// <param name="level">The level, 0 the finest.</param>
    Volume? Find(int level);

    /// <summary>Offers a level that was made; neither side changes it any more.</summary>
    /// <param name="level">The level, 0 the finest.</param>
    /// <param name="volume">The input at this level, T×H×W×3.</param>
    void Keep(int level, Volume volume);
}
