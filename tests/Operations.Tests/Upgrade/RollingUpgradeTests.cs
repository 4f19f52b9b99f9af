using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Testing.Cluster;
using Xunit.Abstractions;

using Request = Vgpnn.Contracts.Request;

namespace Vgpnn.Operations.Tests.Upgrade;

/// <summary>The previous version and this one side by side, in the order of docs/operations.md, seen through the API.</summary>
public sealed class RollingUpgradeTests(ITestOutputHelper output)
{
    /// <summary>With as many iterations a sample takes most of a second.</summary>
    private const int Iterations = 40;

    [UpgradeFact]
    public async Task Two_versions_run_side_by_side_and_no_sample_is_lost()
    {
        string old = (await PreviousVersion.SiloAsync())!;
        await using SiloCluster cluster = await SiloCluster.PostgresAsync(("migrate", "false"));
        cluster.Environment["Logging__LogLevel__Default"] = "Information";

        // The previous version works.
        cluster.Program = old;
        Assert.Equal(0, await cluster.Launch("migrate").ExitAsync());
        SiloProcess oldApi = await cluster.StartAsync(("name", "old-api"), ("roles", "api,notify"), ("serve", "true"));
        SiloProcess oldWorker = await cluster.StartAsync(("name", "old-worker"), ("roles", "worker"));
        using Calls calls = cluster.Call(oldApi);
        Video video = await calls.UploadAsync(await Clips.SmallAsync());
        Request early = await calls.SubmitAsync(video.Id, 30, Iterations);
        await cluster.UntilAsync("the previous version has made samples", () => HasMadeAsync(calls, early, 2));

        // The storage is migrated while it works; then silos of both versions work.
        cluster.Program = null;
        Assert.Equal(0, await cluster.Launch("migrate").ExitAsync());
        SiloProcess newWorker = await cluster.StartAsync(("name", "new-worker"), ("roles", "worker"));
        Request middle = await calls.SubmitAsync(video.Id, 12, Iterations);
        await cluster.UntilAsync("workers of both versions have made samples", () => Task.FromResult(Ended(oldWorker) > 4 && Ended(newWorker) > 2));

        // The grains of the API silo move to the new version, and back to the old one's worker nothing is sent that it does not understand.
        SiloProcess newApi = await cluster.StartAsync(("name", "new-api"), ("roles", "api,notify"), ("serve", "true"));
        using Calls newCalls = cluster.Call(newApi);
        Request late = await newCalls.SubmitAsync(video.Id, 4, Iterations);
        oldApi.Terminate();
        Assert.Equal(0, await oldApi.ExitAsync());
        int before = Ended(oldWorker);
        await cluster.UntilAsync("the old worker works for the new dispatcher", () => Task.FromResult(Ended(oldWorker) > before));

        // The old worker releases its jobs.
        oldWorker.Terminate();
        Assert.Equal(0, await oldWorker.ExitAsync());
        foreach (Request request in (Request[])[early, middle, late]) Assert.Equal(WorkState.Succeeded, (await newCalls.FinishedAsync(request)).State);
        output.WriteLine($"old: {Ended(oldWorker)} jobs, new: {Ended(newWorker)} jobs");
        await cluster.CheckAsync();
    }

    private static async Task<bool> HasMadeAsync(Calls calls, Request request, int count) => (await calls.GetAsync(request)).Samples.Succeeded >= count;

    private static int Ended(SiloProcess worker) => worker.Log.Split('\n').Count(l => l.Contains("End ", StringComparison.Ordinal) && l.Contains(": Done", StringComparison.Ordinal));
}
