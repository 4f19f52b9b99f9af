namespace Vgpnn.Kernels.RandomNumbers;

/// <summary>
/// Random numbers as integer hashes: a number depends on what it is for (seed, level, pass, voxel), never on how many
/// were drawn before, so that work can be split and resumed anywhere without changing it.
/// </summary>
public static class Hash
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    /// <summary>Scrambles 64 bits (the finaliser of splitmix64, Steele et al. 2014): a bijection.</summary>
    public static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>A seed for the part <paramref name="part"/> of what <paramref name="seed"/> stands for.</summary>
    public static ulong Derive(ulong seed, ulong part) => Mix(seed + Golden + Mix(part + Golden));

    /// <summary>A number from 0 to <paramref name="bound"/> − 1 out of the upper 32 bits; uniform to 1 part in 2³²/bound.</summary>
    internal static int Below(ulong hash, int bound) => (int)(((hash >> 32) * (ulong)bound) >> 32);
}
