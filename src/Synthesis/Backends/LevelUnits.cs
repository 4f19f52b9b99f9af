namespace Vgpnn.Synthesis.Backends;

/// <summary>Converts distances of bytes and of floats to one unit.</summary>
internal static class LevelUnits
{
    /// <summary>The squared difference of two components that differ by 1 in [−1, 1].</summary>
    public static double PerSquared<T>()
        where T : unmanaged => typeof(T) == typeof(byte) ? 127.5 * 127.5 : 1;
}
