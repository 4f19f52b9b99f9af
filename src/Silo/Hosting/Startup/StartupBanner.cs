using Vgpnn.Grains.Keys;
using Vgpnn.Silo.Api.Cluster;
using Vgpnn.Silo.Api.Keys;
using Vgpnn.Silo.Examining;
using Vgpnn.Silo.Settings;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Silo.Hosting.Startup;

/// <summary>
/// Prints for a self-hosted server where it listens, a link that signs a browser in and, at the first start, a key with all scopes,
/// which is also written to the data directory, readable for its owner only.
/// </summary>
internal sealed class StartupBanner(SiloSettings settings, IHostApplicationLifetime life, FirstTenant tenant, ApiKeys keys, OneTimeLink link, Speed speed)
    : IHostedService
{
    /// <summary>The file in the data directory.</summary>
    public const string KeyFile = "first-key";

    private const double MaxPreparationSeconds = 30;

    private string KeyPath => Path.Combine(settings.Data, KeyFile);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        KeyText? made = await MakeFirstKeyAsync(cancellationToken);
        KeyText? key = made ?? await KeptKeyAsync(cancellationToken);
        life.ApplicationStarted.Register(() =>
        {
            _ = PrepareAsync(life.ApplicationStopping);
            Console.WriteLine($"Vgpnn listens on {settings.Urls}, and keeps its data in {Path.GetFullPath(settings.Data)}.");
            if (key is not null) Console.WriteLine($"Open {settings.Urls.Split(';')[0].TrimEnd('/')}/#enter={link.Make(key)}\nThis link signs one browser in, once; later ones take a key.");
            if (made is not null) Console.WriteLine($"The first key: {made}\nIt is also in {KeyPath}, where 'submit' and its like find it.");
            Console.WriteLine("Ctrl-C stops it; unfinished work continues at the next start.");
        });
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // Whoever started it is about to make something: what that takes is tried, measured and compiled before they ask.
    private async Task PrepareAsync(CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(TimeSpan.FromSeconds(Math.Min(MaxPreparationSeconds, settings.DecodeSeconds)));
        try
        {
            foreach (Finding finding in await MachineChecks.FfmpegAsync(limit.Token))
            {
                if (finding.Health != Health.Well) await Console.Error.WriteLineAsync($"{finding.Of}: {finding.Says}; {finding.Mend}");
            }
        }
        catch (OperationCanceledException)
        {
            // It stops, or ffmpeg hangs, which whoever uploads something is told.
        }

        await speed.OfAsync(Engine.Fast);
    }

    private async Task<KeyText?> MakeFirstKeyAsync(CancellationToken cancellation)
    {
        if ((await tenant.CreateAsync()).Count > 0) return null;

        // The file first: without it, nothing could sign in with the key that was added.
        KeyText key = KeyText.New(KeyText.Key);
        await WriteAsync(key, cancellation);
        await tenant.AddKeyAsync(key, "first");
        return key;
    }

    private async Task WriteAsync(KeyText key, CancellationToken cancellation)
    {
        Directory.CreateDirectory(settings.Data);
        File.Delete(KeyPath);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(KeyPath, options);
        await using var writer = new StreamWriter(file);
        await writer.WriteLineAsync(key.ToString().AsMemory(), cancellation);
    }

    // The key of an earlier start, as long as it is valid.
    private async Task<KeyText?> KeptKeyAsync(CancellationToken cancellation) =>
        File.Exists(KeyPath) && KeyText.Read((await File.ReadAllTextAsync(KeyPath, cancellation)).Trim()) is { Prefix: KeyText.Key } key
        && await keys.HolderAsync(key, cancellation) is not null
            ? key
            : null;
}
