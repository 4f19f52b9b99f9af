using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Vgpnn.Grains.Keys;

/// <summary>
/// A secret as people and programs carry it: <c>PREFIX_ID_SECRET</c>. The id finds its row; the secret has 256 random bits and
/// ends in a checksum, so that a slip of the hand is found without asking anybody. One double-click marks all of it.
/// </summary>
/// <param name="Prefix">What it is, for people and for programs that look for secrets that leaked.</param>
/// <param name="Id">Its id: no secret.</param>
/// <param name="Secret">Its secret with the checksum.</param>
public sealed partial record KeyText(string Prefix, string Id, string Secret)
{
    /// <summary>A key of the API.</summary>
    public const string Key = "vgp_live";

    /// <summary>A session of a browser.</summary>
    public const string Session = "vgp_session";

    /// <summary>Lets one browser in, once.</summary>
    public const string Once = "vgp_once";

    private const int SecretLength = 43, ChecksumLength = 6, IdLength = 12;
    private const string Letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>A fresh one.</summary>
    public static KeyText New(string prefix)
    {
        string id = RandomNumberGenerator.GetString(Letters, IdLength);
        string secret = RandomNumberGenerator.GetString(Letters, SecretLength);
        return new KeyText(prefix, id, secret + Checksum($"{prefix}_{id}_{secret}"));
    }

    /// <summary>Reads one; null: it is none, or somebody mistyped it.</summary>
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

    /// <summary>What is kept of it.</summary>
    public string Hash() => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(ToString())));

    /// <summary>Whether it is the one that a hash was kept of, in a time that says nothing.</summary>
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

    [GeneratedRegex("^(vgp_live|vgp_session|vgp_once)_([0-9A-Za-z]{12})_([0-9A-Za-z]{49})\\z")]
    private static partial Regex Form();
}
