using System.Globalization;

namespace Vgpnn.Grains.Abstractions;

/// <summary>A grain of one tenant: the part of its key before the first slash is the tenant's id.</summary>
/// <remarks><see cref="TenantWall"/> refuses calls to it in another tenant's name.</remarks>
public interface ITenantOwned : IGrainWithStringKey;

/// <summary>A message that names the tenant that it is about; the tenant wall checks it.</summary>
public interface ITenantMessage
{
    /// <summary>The tenant's id.</summary>
    string Tenant { get; }
}

/// <summary>Keys of grains, and the grains by their keys. Every key of tenant data begins with the tenant.</summary>
public static class GrainKeys
{
    /// <summary>The tenant that the cluster's own lists belong to. No tenant of the API has this id.</summary>
    public const string System = "system";

    /// <summary>A tenant.</summary>
    public static ITenantGrain Tenant(this IGrainFactory grains, string tenant) => Of(grains).GetGrain<ITenantGrain>(tenant);

    /// <summary>A video of a tenant.</summary>
    public static IVideoGrain Video(this IGrainFactory grains, string tenant, string video) => Of(grains).GetGrain<IVideoGrain>($"{tenant}/{video}");

    /// <summary>A request of a tenant.</summary>
    public static IRequestGrain Request(this IGrainFactory grains, string tenant, string request) =>
        Of(grains).GetGrain<IRequestGrain>($"{tenant}/{request}");

    /// <summary>A sample of a request.</summary>
    public static ISampleGrain Sample(this IGrainFactory grains, string tenant, string request, int index) =>
        Of(grains).GetGrain<ISampleGrain>(string.Create(CultureInfo.InvariantCulture, $"{tenant}/{request}/{index}"));

    /// <summary>The dispatcher of a backend.</summary>
    public static IDispatcherGrain Dispatcher(this IGrainFactory grains, string backend) => Of(grains).GetGrain<IDispatcherGrain>(backend);

    /// <summary>A list of a tenant's things, such as <see cref="CatalogKinds.Requests"/>.</summary>
    public static ICatalogGrain Catalog(this IGrainFactory grains, string tenant, string kind) => Of(grains).GetGrain<ICatalogGrain>($"{tenant}/{kind}");

    /// <summary>All tenants of the cluster.</summary>
    public static ICatalogGrain Tenants(this IGrainFactory grains) => grains.Catalog(System, CatalogKinds.Tenants);

    /// <summary>An API key by its id.</summary>
    public static IApiKeyGrain ApiKey(this IGrainFactory grains, string id) => Of(grains).GetGrain<IApiKeyGrain>(id);

    /// <summary>A delivery of a webhook.</summary>
    public static IWebhookGrain Webhook(this IGrainFactory grains, string tenant, string delivery) =>
        Of(grains).GetGrain<IWebhookGrain>($"{tenant}/{delivery}");

    /// <summary>The cluster's maintenance.</summary>
    public static IMaintenanceGrain Maintenance(this IGrainFactory grains) => Of(grains).GetGrain<IMaintenanceGrain>(System);

    /// <summary>The tenant that a key belongs to.</summary>
    public static string TenantOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        int slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? key : key[..slash];
    }

    private static IGrainFactory Of(IGrainFactory grains)
    {
        ArgumentNullException.ThrowIfNull(grains);
        return grains;
    }
}

/// <summary>Ids of the server's own making.</summary>
public static class NewId
{
    /// <summary>32 hexadecimal digits, unique everywhere; later ones sort after earlier ones.</summary>
    public static string Make() => Guid.CreateVersion7().ToString("N");
}
