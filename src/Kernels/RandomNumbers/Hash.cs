namespace Vgpnn.Kernels.RandomNumbers;

/// <summary>
/// Counter-based random numbers: each number is a hash of its purpose (seed, level, pass, voxel) and does not depend on how many were
/// drawn before, so work can be split and resumed anywhere without changing results.
/// </summary>
public static class Hash
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Scrambles 64 bits with the finaliser of SplitMix64 (Steele et al. 2014), a bijection.</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>Derives the seed of part <paramref name="part"/> from <paramref name="seed"/>.</summary>
    public static ulong Derive(ulong seed, ulong part) => Mix(seed + Golden + Mix(part + Golden));

    /// <summary>Returns an integer in [0, <paramref name="bound"/>) from the upper 32 bits; uniform to 1 part in 2³²/bound.</summary>
    internal static int Below(ulong hash, int bound) => (int)(((hash >> 32) * (ulong)bound) >> 32);
}
