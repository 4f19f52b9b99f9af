namespace Vgpnn.Silo.Api.Values;

/// <summary>Times of the grains, in milliseconds since 1970, as times of the API.</summary>
internal static class Times
{
    public static DateTimeOffset Of(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset? Of(long? milliseconds) => milliseconds is { } time ? Of(time) : null;
}
