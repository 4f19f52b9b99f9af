using Vgpnn.Grains;
using Vgpnn.Grains.Keys;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Hosting.Startup;

/// <summary>
/// Adds the key of the setting <see cref="SiloSettings.AdminKey"/> to the first tenant, so that a new cluster can be used. A key that was
/// revoked stays revoked.
/// </summary>
internal sealed partial class AdminKey(SiloSettings settings, FirstTenant tenant, ILogger<AdminKey> log) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (KeyText.Read(settings.AdminKey) is not { } key) return;
        if ((await tenant.CreateAsync()).Any(k => k.KeyId == key.Id)) return;
        try
        {
            await tenant.AddKeyAsync(key, "admin");
            LogAdded(key.Id);
        }
        catch (GrainException e) when (e.Code == "quota-keys")
        {
            LogRefused(key.Id);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(EventId = 120, Level = LogLevel.Information, Message = "Added the admin key {Key} to the tenant 'default'")]
    private partial void LogAdded(string key);

    [LoggerMessage(EventId = 121, Level = LogLevel.Warning, Message = "The admin key {Key} was not added: the tenant 'default' has two valid keys; revoke one and restart the silo")]
    private partial void LogRefused(string key);
}
