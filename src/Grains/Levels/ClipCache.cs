using Vgpnn.Grains.Caching;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Grains.Levels;

/// <summary>
/// Clips that this silo decoded a moment ago, when it ingested them. Whoever uploads a clip often wants something made of it at
/// once, and starting decoders takes longer than the first levels. Few and small; other clips are decoded again.
/// </summary>
internal sealed class ClipCache
{
    private readonly ByteCache<Clip> _clips = new(48 << 20, clip => 3 * clip.Extent.Count);

    /// <summary>Keeps a clip, whole and in its own size, for as long as newer ones leave it room.</summary>
    /// <param name="key">The blob that it was decoded from.</param>
    /// <param name="clip">All of its frames.</param>
    public void Add(string key, Clip clip) => _clips.Add(key, clip);

    /// <summary>Returns the clip that decoding a blob with these options would give; <c>null</c> if it has to be decoded.</summary>
    public Clip? Find(string key, ReadOptions options) =>
        options.Frames is null && _clips.TryGet(key, out Clip? clip) && !(options.MaxHeight < clip.Height) ? clip : null;
}
