using Vgpnn.Grains;
using Vgpnn.Grains.Blobs;
using Vgpnn.Grains.State;
using Vgpnn.Silo;
using Vgpnn.Silo.Api;
using Vgpnn.Silo.Examining;
using Vgpnn.Silo.Hosting;
using Vgpnn.Silo.Scheduling;

// silo [migrate | check | doctor] [--SETTING VALUE…]: the settings are described in SiloSettings; each can also be given as an
// environment variable VGPNN_SETTING. Without a verb it runs as a node until it is told to stop.
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
            await Schema.MigrateAsync(settings.Database);
            await BlobStores.PrepareAsync(settings.Blobs);
            return 0;
        case "check":
            return await CheckAsync(settings);
        case "doctor":
            return await Examination.RunAsync(settings, TimeProvider.System, builder.Configuration.GetValue("json", false), Console.Out);
        default:
            throw new GrainException("unknown-verb", $"{verb} is none of: migrate, check, doctor");
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
    if (settings.IsApi) app.MapApi();
    using var signals = new StopSignals(app.Lifetime);
    await app.RunAsync();
}

static async Task<int> CheckAsync(SiloSettings settings)
{
    await using StateStore store = StateStore.Open(settings.Database);
    await Migrator.RequireAsync(store);
    IReadOnlyList<string> violations = await Invariants.ViolationsAsync(store);
    foreach (string violation in violations) Console.WriteLine(violation);
    if (violations.Count == 0) Console.WriteLine("all is well");
    return violations.Count == 0 ? 0 : 1;
}
