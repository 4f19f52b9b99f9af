using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Keys;

namespace Vgpnn.Silo.Hosting;

/// <summary>
/// The first words to a person who runs a node on a machine of their own: where it listens and, the first time, a key that may do
/// everything, which is also left in the data directory for the command line, readable for its owner alone.
/// </summary>
internal sealed class Welcome(SiloSettings settings, IHostApplicationLifetime life, TenantGrain tenants, ApiKeys keys) : IHostedService
{
    /// <summary>The file in the data directory.</summary>
    public const string KeyFile = "first-key";

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        string? key = await FirstKeyAsync(cancellationToken);
        life.ApplicationStarted.Register(() =>
        {
            Console.WriteLine($"Vgpnn listens on {settings.Urls}, and keeps its data in {Path.GetFullPath(settings.Data)}.");
            if (key is not null) Console.WriteLine($"The first key: {key}\nIt is also in {Path.Combine(settings.Data, KeyFile)}, where 'submit' and its like find it.");
            Console.WriteLine("Ctrl-C stops it; what is under way goes on at the next start.");
        });
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<string?> FirstKeyAsync(CancellationToken cancellation)
    {
        if (await keys.AnyAsync(cancellation)) return null;
        string tenant = await tenants.ListAsync(cancellation) is [{ } first, ..]
            ? first.TenantId
            : await tenants.CreateAsync("default", new TenantLimits(), cancellation);
        (KeyText key, _) = await keys.CreateAsync(tenant, ["read", "write", "admin"], "first", cancellation);
        string path = Path.Combine(settings.Data, KeyFile);
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(path, options);
        await using var writer = new StreamWriter(file);
        await writer.WriteLineAsync(key.ToString());
        return key.ToString();
    }
}
