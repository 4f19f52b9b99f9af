using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Vgpnn.Grains.Keys;

/// <summary>
/// A secret as people and programs carry it: <c>PREFIX_ID_SECRET</c>. The id finds its grain; the secret has 256 random bits and
/// ends in a checksum, so that a typing error is found without a call. A double click selects the whole key.
/// </summary>
/// <param name="Prefix">Its kind, for people and for programs that look for leaked secrets.</param>
/// <param name="Id">Its id, which is no secret.</param>
/// <param name="Secret">The secret with the checksum.</param>
public sealed partial record KeyText(string Prefix, string Id, string Secret)
{
    /// <summary>A key of the API.</summary>
    public const string Key = "vgp_live";

    /// <summary>A link that signs one browser in, once.</summary>
    public const string Once = "vgp_once";

    private const int SecretLength = 43, ChecksumLength = 6, IdLength = 12;
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>Makes a random one.</summary>
    public static KeyText New(string prefix)
    {
        string id = RandomNumberGenerator.GetString(Letters, IdLength);
        string secret = RandomNumberGenerator.GetString(Letters, SecretLength);
        return new KeyText(prefix, id, secret + Checksum($"{prefix}_{id}_{secret}"));
    }

    /// <summary>Reads one; <c>null</c>: the text is not one, or was mistyped.</summary>
    public static KeyText? Read(string? text)
    {
        if (text is null || text.Length > 200) return null;
        Match match = Form().Match(text);
        if (!match.Success) return null;
        string whole = match.Value;
        return Checksum(whole[..^ChecksumLength]) == whole[^ChecksumLength..]
            ? new KeyText(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value)
            : null;
    }

    /// <summary>The hash that is stored of it.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ToString())));

    /// <summary>Whether it has this hash; compared in constant time.</summary>
    public bool Matches(string hash) => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Hash()), Encoding.ASCII.GetBytes(hash));

    /// <inheritdoc/>
    public override string ToString() => $"{Prefix}_{Id}_{Secret}";

    private static string Checksum(string text)
    {
        // Any function that spreads well will do: it is for typing errors, and protects no secret.
        ulong value = BitConverter.ToUInt64(SHA256.HashData(Encoding.ASCII.GetBytes(text)));
        return string.Create(ChecksumLength, value, (letters, v) =>
        {
            for (int i = 0; i < letters.Length; i++, v /= (ulong)Letters.Length) letters[i] = Letters[(int)(v % (ulong)Letters.Length)];
        });
    }

    [GeneratedRegex("^(vgp_live|vgp_once)_([0-9A-Za-z]{12})_([0-9A-Za-z]{49})\\z")]
    private static partial Regex Form();
}
