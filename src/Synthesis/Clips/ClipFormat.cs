namespace Vgpnn.Synthesis.Clips;

/// <summary>What a clip is written as.</summary>
public enum ClipFormat
{
    /// <summary>H.264, yuv420p, BT.709, faststart: plays everywhere. Where a side is odd, its last column or row is shown twice.</summary>
    Mp4,

    /// <summary>An endless animated GIF with a palette of its own. Of clips faster than 50 frames a second, which players do not show, frames are left out.</summary>
    Gif,

    /// <summary>VP9 in WebM, BT.709.</summary>
    Webm,

    /// <summary>A directory of numbered PNG frames, 00001.png and on: lossless, without a pace.</summary>
    Png,
}
