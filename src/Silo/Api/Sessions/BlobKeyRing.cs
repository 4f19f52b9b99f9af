using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Vgpnn.Grains.Storage.Blobs;

namespace Vgpnn.Silo.Api.Sessions;

/// <summary>
/// Stores the data protection keys, which all silos share, in the blob store. The name of each blob, <c>keyring/SHA256-BYTES.xml</c>,
/// holds checksum and length, so that it is verified when read. Data Protection calls it rarely and caches the keys.
/// </summary>
internal sealed partial class BlobKeyRing(IBlobStore blobs, ILogger<BlobKeyRing> log) : IXmlRepository
{
    private const long MaxBytes = 1 << 20;

    /// <summary>Reads all elements; skips damaged ones, so that one of them does not make all sessions invalid.</summary>
    /// <exception cref="BlobException">The store failed.</exception>
    public IReadOnlyCollection<XElement> GetAllElements() => Wait(ReadAllAsync);

    /// <summary>Stores an element; its friendly name is not used.</summary>
    /// <exception cref="BlobException">The store failed.</exception>
    public void StoreElement(XElement element, string friendlyName)
    {
        ArgumentNullException.ThrowIfNull(element);
        var content = new MemoryStream();
        element.Save(content, SaveOptions.DisableFormatting);
        string key = KeyOf(Convert.ToHexStringLower(SHA256.HashData(content.ToArray())), content.Length);
        content.Position = 0;
        Wait(() => blobs.PutAsync(key, content));
    }

    // The interface is synchronous.
    private static T Wait<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    private static string KeyOf(string sha256, long bytes) => string.Create(CultureInfo.InvariantCulture, $"{BlobKeys.KeyRing}{sha256}-{bytes}.xml");

    private async Task<IReadOnlyCollection<XElement>> ReadAllAsync()
    {
        var elements = new List<XElement>();
        await foreach (BlobEntry entry in blobs.ListAsync(BlobKeys.KeyRing))
        {
            if (Name().Match(entry.Key) is not { Success: true } name
                || !long.TryParse(name.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) || bytes > MaxBytes)
                continue;
            try
            {
                elements.Add(await ReadAsync(new BlobInfo(entry.Key, bytes, name.Groups[1].Value)));
            }
            catch (Exception e) when (e is BlobException { Code: "blob-corrupt" or "blob-missing" } or XmlException)
            {
                LogDamaged(log, entry.Key, e.Message);
            }
        }

        return elements;
    }

    private async Task<XElement> ReadAsync(BlobInfo blob)
    {
        // The whole content is verified before it is parsed.
        var content = new MemoryStream();
        await using (Stream stream = await blobs.OpenAsync(blob)) await stream.CopyToAsync(content);
        content.Position = 0;
        return XElement.Load(content);
    }

    [GeneratedRegex(@"^keyring/([0-9a-f]{64})-(\d{1,18})\.xml\z")]
    private static partial Regex Name();

    [LoggerMessage(831, LogLevel.Warning, "Data protection key {Key} is ignored: {Reason}")]
    private static partial void LogDamaged(ILogger log, string key, string reason);
}
