using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Grains.Levels;

/// <summary>
/// Clips that this silo decoded a moment ago, when it ingested them. Whoever uploads a clip often wants something made of it at
/// once, and starting decoders takes longer than the first levels. Few and small; other clips are decoded again.
/// </summary>
internal sealed class ClipCache
{
    private const long MaxBytes = 48 << 20;

    private readonly Lock _lock = new();
    private readonly LinkedList<(string Key, Clip Clip)> _clips = [];

    /// <summary>Keeps a clip, whole and in its own size, for as long as newer ones leave it room.</summary>
    /// <param name="key">The blob that it was decoded from.</param>
    /// <param name="clip">All of its frames.</param>
    public void Add(string key, Clip clip)
    {
        lock (_lock)
        {
            _clips.AddFirst((key, clip));
            while (_clips.Sum(c => Bytes(c.Clip)) > MaxBytes) _clips.RemoveLast();
        }
    }

    /// <summary>What decoding a blob with these options would give; <c>null</c>: it has to be decoded.</summary>
    public Clip? Find(string key, ReadOptions options)
    {
        if (options.Frames is not null) return null;
        lock (_lock) return _clips.FirstOrDefault(c => c.Key == key && !(options.MaxHeight < c.Clip.Height)).Clip;
    }

    private static long Bytes(Clip clip) => 3 * clip.Extent.Count;
}
