namespace Vgpnn.Grains.Abstractions;

/// <summary>Times as messages and stored states hold them.</summary>
public static class UnixTime
{
    /// <summary>Now, in milliseconds since 1970.</summary>
    public static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
}
