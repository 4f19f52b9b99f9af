using Vgpnn.Grains;
using Vgpnn.Grains.Keys;
using Vgpnn.Grains.Storage;
using Vgpnn.Silo;
using Vgpnn.Silo.Api;
using Vgpnn.Silo.Checking;
using Vgpnn.Silo.Examining;
using Vgpnn.Silo.Hosting;
using Vgpnn.Silo.Hosting.Clustering;
using Vgpnn.Silo.Observing;
using Vgpnn.Silo.Settings;

// silo [migrate | check | doctor | key] [--SETTING VALUE…]: the settings are described in SiloSettings; each can also be given as an
// environment variable VGPNN_SETTING. Without a verb it runs as a silo until it is told to stop.
string? verb = args is [{ } first, ..] && !first.StartsWith('-') ? first : null;
WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
{
    Args = verb is null ? args : args[1..],
    ContentRootPath = AppContext.BaseDirectory,
});
builder.Configuration.AddEnvironmentVariables("VGPNN_").AddCommandLine(verb is null ? args : args[1..]);
try
{
    SiloSettings settings = SiloSettings.Read(builder.Configuration);
    switch (verb)
    {
        case null:
            await RunAsync(settings);
            return 0;
        case "migrate":
            await Migrator.MigrateAsync(StorageSetting.Parse(settings.Storage, settings.Data));
            await BlobStores.Open(settings.Blobs).PrepareAsync();
            return 0;
        case "check":
            return await CheckVerb.RunAsync(builder, settings, Console.Out);
        case "doctor":
            return await Examination.RunAsync(settings, builder.Configuration.GetValue("json", false), Console.Out);
        case "key":
            await Console.Out.WriteLineAsync(KeyText.New(KeyText.Key).ToString());
            return 0;
        default:
            throw new GrainException("unknown-verb", $"unknown verb '{verb}'; use migrate, check, doctor or key");
    }
}
catch (GrainException e)
{
    await Console.Error.WriteLineAsync($"silo: {e.Message}{(e.Hint is null ? "" : $"; {e.Hint}")}");
    return 2;
}

async Task RunAsync(SiloSettings settings)
{
    builder.AddSilo(settings);
    WebApplication app = builder.Build();
    app.MapHealth();
    app.MapMetrics(settings);
    if (settings.IsApi) app.MapApi();
    app.MapDashboard(settings);
    using var signals = new StopSignals(app.Lifetime);
    await app.RunAsync();
}
