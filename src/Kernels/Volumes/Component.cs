using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels.Volumes;

/// <summary>Converts components of either type to and from the float used in arithmetic; bytes keep their scale of 0–255.</summary>
internal static class Component
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load<T>(T sample)
        where T : unmanaged => typeof(T) == typeof(float) ? Unsafe.As<T, float>(ref sample) : Unsafe.As<T, byte>(ref sample);

    /// <summary>Stores a float unchanged, or rounded half up and clamped to a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Store<T>(float value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Unsafe.As<float, T>(ref value);
        byte rounded = (byte)Math.Clamp(value + 0.5f, 0f, 255f);
        return Unsafe.As<byte, T>(ref rounded);
    }
}
