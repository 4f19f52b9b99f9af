using System.Runtime.CompilerServices;

namespace Vgpnn.Kernels.Volumes;

/// <summary>Samples of either kind to and from the float that arithmetic is done in; bytes keep their scale of 0 to 255.</summary>
internal static class Component
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load<T>(T sample)
        where T : unmanaged => typeof(T) == typeof(float) ? Unsafe.As<T, float>(ref sample) : Unsafe.As<T, byte>(ref sample);

    /// <summary>A float as it is; a byte rounded half up and clamped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Store<T>(float value)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return Unsafe.As<float, T>(ref value);
        byte rounded = (byte)Math.Clamp(value + 0.5f, 0f, 255f);
        return Unsafe.As<byte, T>(ref rounded);
    }
}
