using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Silo.Api.Sessions;

namespace Vgpnn.Operations.Tests.Hosting;

/// <summary>Data protection keys in the blob store.</summary>
public sealed class BlobKeyRingTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("vgpnn-keyring-").FullName;
    private readonly IBlobStore _blobs;
    private readonly BlobKeyRing _ring;

    public BlobKeyRingTests()
    {
        _blobs = BlobStores.Open(_directory);
        _ring = new BlobKeyRing(_blobs, NullLogger<BlobKeyRing>.Instance);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Stored_elements_are_read_back()
    {
        await _blobs.PrepareAsync();
        Assert.Empty(_ring.GetAllElements());
        XElement[] elements = [.. Enumerable.Range(0, 3).Select(i => new XElement("key", new XAttribute("id", i), new XElement("value", $"ä{i}")))];
        foreach (XElement element in elements) _ring.StoreElement(element, "name");
        _ring.StoreElement(elements[0], "another name");
        Assert.Equal(
            elements.Select(e => e.ToString()), _ring.GetAllElements().OrderBy(e => (int)e.Attribute("id")!).Select(e => e.ToString()));
        await foreach (BlobEntry entry in _blobs.ListAsync("")) Assert.Matches("^keyring/[0-9a-f]{64}-[0-9]+\\.xml$", entry.Key);
    }

    [Fact]
    public async Task Damaged_and_foreign_blobs_are_skipped()
    {
        await _blobs.PrepareAsync();
        _ring.StoreElement(new XElement("good"), "");
        _ring.StoreElement(new XElement("changed"), "");
        _ring.StoreElement(new XElement("shortened"), "");
        foreach (string file in Directory.GetFiles(Path.Combine(_directory, "keyring")))
        {
            string text = await File.ReadAllTextAsync(file);
            if (text.Contains("changed", StringComparison.Ordinal)) await File.WriteAllTextAsync(file, text.Replace("changed", "chanced", StringComparison.Ordinal));
            if (text.Contains("shortened", StringComparison.Ordinal)) await File.WriteAllTextAsync(file, text[..5]);
        }

        byte[] noXml = "<"u8.ToArray();
        string sum = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(noXml));
        foreach (string key in (string[])[$"keyring/{sum}-1.xml", $"keyring/{sum}-999999999999999999.xml", "keyring/other.xml", "keyring/more/other.xml"])
            await _blobs.PutAsync(key, new MemoryStream(noXml));
        Assert.Equal("good", Assert.Single(_ring.GetAllElements()).Name.LocalName);
    }

    [Fact]
    public void Failing_store_is_reported_and_not_taken_for_an_empty_one()
    {
        Directory.Delete(_directory, recursive: true);
        Assert.Equal("blob-store", Assert.Throws<BlobException>(_ring.GetAllElements).Code);
        Assert.Equal("blob-store", Assert.Throws<BlobException>(() => _ring.StoreElement(new XElement("key"), "")).Code);
        Directory.CreateDirectory(_directory);
    }

    [Fact]
    public async Task Silos_with_the_same_store_read_each_others_protected_data()
    {
        await _blobs.PrepareAsync();
        string text = Protector().Protect("session");
        Assert.Equal("session", Protector().Unprotect(text));
    }

    private IDataProtector Protector()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddDataProtection().SetApplicationName("vgpnn");
        services.Configure<KeyManagementOptions>(o => o.XmlRepository = _ring);
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
    }
}
