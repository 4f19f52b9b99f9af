using Vgpnn.Grains.Storage;
using Vgpnn.Grains.Storage.Blobs;
using Vgpnn.Grains.Storage.Blobs.Cloud;
using Vgpnn.Grains.Storage.Blobs.Files;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests.Storage;

/// <summary>The setting that names a blob store.</summary>
public class BlobStoresTests
{
    private const string Key = "c2VjcmV0c2VjcmV0";

    [Theory]
    [InlineData("/srv/blobs")]
    [InlineData("blobs")]
    [InlineData("./a:b/c=d")]
    public void Path_opens_a_file_store(string setting) => Assert.IsType<FileBlobs>(BlobStores.Open(setting));

    [Theory]
    [InlineData($"azure:DefaultEndpointsProtocol=https;AccountName=a;AccountKey={Key};EndpointSuffix=core.windows.net")]
    [InlineData($"azure:AccountName=a;AccountKey={Key};Container=clips-1")]
    [InlineData($"azure:container=clips;AccountName=a; AccountKey={Key}; ")]
    [InlineData($"azure:AccountName=a;AccountKey={Key};BlobEndpoint=http://azurite:10000/a;TableEndpoint=http://azurite:10002/a;")]
    [InlineData("azure:BlobEndpoint=https://a.blob.core.windows.net;SharedAccessSignature=sv=2024-01-01&sr=c&sig=abc%3D")]
    [InlineData("azure:UseDevelopmentStorage=true")]
    [InlineData("azure:https://a.blob.core.windows.net/clips")]
    [InlineData("azure:https://a.blob.core.windows.net/clips/")]
    [InlineData("azure:https://a.blob.core.windows.net/clips?sv=2024-01-01&sr=c&sp=rwdl&sig=abc%3D")]
    [InlineData("azure:http://127.0.0.1:10000/a/clips?sv=2024-01-01&sr=c&sp=rwdl&sig=abc%3D")]
    public void Azure_setting_opens_an_Azure_store(string setting) => Assert.IsType<AzureBlobs>(BlobStores.Open(setting));

    [Theory]
    [InlineData("s3://clips?region=eu-central-1")]
    [InlineData("s3://clips/?region=eu-central-1")]
    [InlineData("s3://my.clips/some/prefix/?region=eu-central-1&pathstyle=false")]
    [InlineData("s3://clips?endpoint=http://minio:9000")]
    [InlineData("s3://clips?endpoint=https://account.r2.cloudflarestorage.com/&region=auto&pathstyle=true")]
    [InlineData("s3://clips?endpoint=https%3A%2F%2Fminio.example.com%3A9000")]
    public void S3_setting_opens_an_S3_store(string setting)
    {
        Assert.IsType<S3Blobs>(BlobStores.Open(setting));
        Assert.False(BlobStores.IsDirectory(setting));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\0b")]
    [InlineData("s3:bucket")]
    [InlineData("S3://clips?region=eu-central-1")]
    [InlineData("s3://?region=eu-central-1")]
    [InlineData("s3://ab?region=eu-central-1")]
    [InlineData("s3://Clips?region=eu-central-1")]
    [InlineData("s3://-clips?region=eu-central-1")]
    [InlineData("s3://clips/../up?region=eu-central-1")]
    [InlineData("s3://clips/a//b?region=eu-central-1")]
    [InlineData("s3://clips?region=")]
    [InlineData("s3://clips?region=EU")]
    [InlineData("s3://clips?region=a&region=b")]
    [InlineData("s3://clips?pathstyle=yes&region=a")]
    [InlineData("s3://clips?endpoint=minio:9000")]
    [InlineData("s3://clips?endpoint=ftp://minio")]
    [InlineData("s3://clips?endpoint=https://user:secret@minio")]
    [InlineData("s3://clips?endpoint=https://minio/clips")]
    [InlineData("s3://clips?endpoint=https://minio&secretkey=secret")]
    [InlineData("s3://key:secret@clips?region=eu-central-1")]
    [InlineData("Azure:UseDevelopmentStorage=true")]
    [InlineData("https://a.blob.core.windows.net/clips?sig=secret")]
    [InlineData("file:///srv/blobs")]
    [InlineData("Container=https://a/b;Account=a;Key=secret")]
    [InlineData("AccountName=a;AccountKey=secret")]
    [InlineData("azure:")]
    [InlineData("azure:/srv/blobs")]
    [InlineData("azure:AccountName=a")]
    [InlineData("azure:AccountName=a;AccountKey=secret!")]
    [InlineData("azure:AccountKey=secret")]
    [InlineData($"azure:AccountName=a;AccountKey={Key};BlobEndpoint=nowhere")]
    [InlineData($"azure:AccountName=a;AccountKey={Key};Container=")]
    [InlineData($"azure:AccountName=a;AccountKey={Key};Container=UPPER")]
    [InlineData($"azure:AccountName=a;AccountKey={Key};Container=a--b")]
    [InlineData($"azure:AccountName=a;AccountKey={Key};Container=one;Container=two")]
    [InlineData("azure:https://")]
    [InlineData("azure:https://a.blob.core.windows.net")]
    [InlineData("azure:https://a.blob.core.windows.net/")]
    [InlineData("azure:https://a.blob.core.windows.net/ab")]
    [InlineData("azure:https://a.blob.core.windows.net/clips/more")]
    [InlineData("azure:https://a.blob.core.windows.net/clips?secret")]
    [InlineData("azure:https://a.blob.core.windows.net/clips#secret")]
    [InlineData("azure:https://user:secret@a.blob.core.windows.net/clips")]
    [InlineData("azure:http://a.blob.core.windows.net/clips?sv=2024-01-01&sr=c&sp=rwdl&sig=secret")]
    public void Invalid_setting_is_refused_without_secrets(string setting)
    {
        GrainException refused = Assert.Throws<GrainException>(() => BlobStores.Open(setting));
        Assert.Equal("bad-blob-store", refused.Code);
        Assert.NotNull(refused.Hint);
        Assert.Null(refused.InnerException);
        foreach (string secret in (string[])["secret", Key]) Assert.DoesNotContain(secret, refused.Message + refused.Hint, StringComparison.Ordinal);
    }

    [AzureFact]
    public async Task Default_container_is_vgpnn_and_Container_names_another()
    {
        string connection = (await AzuriteServer.SharedAsync()).ConnectionString, name = AzuriteServer.NewName();
        foreach ((string setting, string container) in ((string, string)[])[($"azure:{connection}", "vgpnn"), ($"azure:CONTAINER={name};{connection}", name)])
        {
            IBlobStore store = BlobStores.Open(setting);
            await store.PrepareAsync();
            BlobInfo blob = await store.PutAsync(name, new MemoryStream([1]));
            IBlobStore same = BlobStores.Open($"azure:{TestStore.Signed(connection, container, Azure.Storage.Sas.BlobContainerSasPermissions.Read)}");
            await using Stream stream = await same.OpenAsync(blob);
            Assert.Equal(1, stream.ReadByte());
            await store.DeleteAsync(name);
        }
    }
}
