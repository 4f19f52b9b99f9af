namespace Vgpnn.Contracts;

/// <summary>
/// Names of server-sent events. The data of an event is the current state of the resource; several changes in short order may be
/// combined in one event.
/// </summary>
public static class EventNames
{
    /// <summary>Start of the stream: read the current state with GET requests. The data is empty.</summary>
    public const string Reset = "reset";

    /// <summary>A <see cref="Contracts.Video"/> has changed.</summary>
    public const string Video = "video";

    /// <summary>A <see cref="Contracts.Request"/> has changed.</summary>
    public const string Request = "request";

    /// <summary>A <see cref="Contracts.Sample"/> has changed.</summary>
    public const string Sample = "sample";
}
