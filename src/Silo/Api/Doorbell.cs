using Vgpnn.Grains.Keys;

namespace Vgpnn.Silo.Api;

/// <summary>
/// Lets the person in who started the server, without a key having to be typed: the address that is printed holds a secret that is
/// good for one browser, once, and for as long as the process lives. It stands behind the address's '#', which browsers send nowhere.
/// </summary>
internal sealed class Doorbell
{
    private readonly Lock _lock = new();
    private (string Hash, KeyText Key)? _waits;

    /// <summary>A secret that stands for a key; one that was made before is good no more.</summary>
    public KeyText Make(KeyText key)
    {
        KeyText once = KeyText.New(KeyText.Once);
        lock (_lock) _waits = (once.Hash(), key);
        return once;
    }

    /// <summary>Who may come in; null: nobody, for the secret was used, or is none, or its key was revoked.</summary>
    public async Task<KeyHolder?> AnswerAsync(KeyText once, ApiKeys keys, CancellationToken cancellation)
    {
        KeyText key;
        lock (_lock)
        {
            if (_waits is not { } waits || !once.Matches(waits.Hash)) return null;
            key = waits.Key;
            _waits = null;
        }

        return await keys.HolderAsync(key, cancellation);
    }
}
