using Vgpnn.Grains.Keys;

namespace Vgpnn.Silo.Api.Keys;

/// <summary>
/// A link that signs one browser in, once, without a key having to be typed: for the person who started the server. Its secret is kept
/// in this process only, and stands behind the link's '#', which browsers send nowhere.
/// </summary>
internal sealed class OneTimeLink
{
    private readonly Lock _lock = new();
    private (string Hash, KeyText Key)? _pending;

    /// <summary>Makes a secret that stands for a key; an earlier one becomes invalid.</summary>
    public KeyText Make(KeyText key)
    {
        KeyText once = KeyText.New(KeyText.Once);
        lock (_lock) _pending = (once.Hash(), key);
        return once;
    }

    /// <summary>Uses the secret up.</summary>
    /// <returns>The holder of the key that it stands for; <c>null</c>: it is wrong, was used, or its key was revoked.</returns>
    public async Task<KeyHolder?> RedeemAsync(KeyText once, ApiKeys keys, CancellationToken cancellation)
    {
        KeyText key;
        lock (_lock)
        {
            if (_pending is not { } pending || !once.Matches(pending.Hash)) return null;
            key = pending.Key;
            _pending = null;
        }

        return await keys.HolderAsync(key, cancellation);
    }
}
