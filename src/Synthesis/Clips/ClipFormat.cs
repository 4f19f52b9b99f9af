namespace Vgpnn.Synthesis.Clips;

/// <summary>Output format of a clip.</summary>
public enum ClipFormat
{
    /// <summary>H.264, yuv420p, BT.709, faststart: plays everywhere. If a side is odd, its last column or row is repeated.</summary>
    Mp4,

    /// <summary>An endless animated GIF with its own palette. Clips faster than 50 frames per second, which players do not support, lose frames.</summary>
    Gif,

    /// <summary>VP9 in WebM, BT.709.</summary>
    Webm,

    /// <summary>A directory of numbered PNG frames, 00001.png and on: lossless, without a frame rate.</summary>
    Png,
}
