namespace Vgpnn.Grains.Abstractions;

/// <summary>A webhook that is delivered until the receiver has it, or it is given up. Key: tenant and delivery id.</summary>
[Alias("vgpnn.webhook")]
public interface IWebhookGrain : ITenantOwned
{
    /// <summary>Takes the delivery over. Repeating it changes nothing.</summary>
    Task Deliver(string url, string body);

    /// <summary>Gives the delivery up, and removes it.</summary>
    Task Forget();
}

/// <summary>Work of the cluster as a whole: retention, orphaned blobs, tenants with unfinished work.</summary>
[Alias("vgpnn.maintenance")]
public interface IMaintenanceGrain : IGrainWithStringKey
{
    /// <summary>Does what is due. Calls while it works return at once.</summary>
    Task Run();
}
