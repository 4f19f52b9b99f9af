namespace Vgpnn.Contracts;

/// <summary>
/// Names of server-sent events. The data of each is the resource as it is now; two changes that follow each other closely
/// may come as one.
/// </summary>
public static class EventNames
{
    /// <summary>The stream begins here: what came before is found by asking for it. The data is empty.</summary>
    public const string Reset = "reset";

    /// <summary>A <see cref="Contracts.Video"/>.</summary>
    public const string Video = "video";

    /// <summary>A <see cref="Contracts.Request"/>.</summary>
    public const string Request = "request";

    /// <summary>A <see cref="Contracts.Sample"/>.</summary>
    public const string Sample = "sample";
}
