namespace Vgpnn.Synthesis.Backends;

/// <summary>Distances of bytes and of floats in one unit.</summary>
internal static class LevelUnits
{
    /// <summary>The squared difference of two components that are 1 apart in [−1, 1].</summary>
    public static double PerSquared<T>()
        where T : unmanaged => typeof(T) == typeof(byte) ? 127.5 * 127.5 : 1;
}
