using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace Vgpnn.Grains.Storage;

/// <summary>An Azure storage account: tables for membership and reminders, blobs for grain state.</summary>
public sealed class AzureStorage : StorageSetting
{
    /// <summary>The container of the grain state.</summary>
    internal const string StateContainer = "grainstate";

    /// <summary>The table of the silos.</summary>
    internal const string MembershipTable = "OrleansSiloInstances";

    /// <summary>The table of the reminders.</summary>
    internal const string RemindersTable = "OrleansReminders";

    private AzureStorage(BlobServiceClient blobs, TableServiceClient tables)
    {
        Blobs = blobs;
        Tables = tables;
    }

    internal BlobServiceClient Blobs { get; }

    internal TableServiceClient Tables { get; }

    /// <summary>Names the storage without secrets.</summary>
    public override string ToString() => $"Azure storage account {Blobs.AccountName}";

    internal static AzureStorage FromConnection(string connection) =>
        new(new BlobServiceClient(connection), new TableServiceClient(connection));

    internal static AzureStorage FromIdentity(Uri blobs, Uri tables)
    {
        TokenCredential credential = Credential();
        return new AzureStorage(new BlobServiceClient(blobs, credential), new TableServiceClient(tables, credential));
    }

    /// <summary>Credentials that exist on servers only, so that a developer's own sign-in is never used by accident.</summary>
    private static ChainedTokenCredential Credential() => new(
        new EnvironmentCredential(),
        new WorkloadIdentityCredential(),
        new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned));
}
