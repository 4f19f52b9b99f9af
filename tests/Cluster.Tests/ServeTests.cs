using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;

namespace Vgpnn.Cluster.Tests;

/// <summary>One process with a data directory, as <c>vgpnn serve</c> starts it.</summary>
public class ServeTests
{
    [Fact]
    public async Task Server_that_is_killed_three_times_finishes_its_samples_and_keeps_keys_history_and_uploads()
    {
        await using TestCluster cluster = TestCluster.Sqlite();
        await cluster.StartAsync();
        TestTenant tenant = await cluster.TenantAsync();
        Request before = await tenant.SubmitAsync(1);
        await tenant.SucceedsAsync(before);
        RequestDraft draft = tenant.Draft(10, Effort.Tenths);
        Request request = await tenant.SubmitAsync(draft, "once");
        for (int kills = 1; kills <= 3; kills++)
        {
            await tenant.MadeAsync(request, 2 * kills);
            cluster.Silos[^1].Kill();
            await cluster.Silos[^1].ExitAsync();
            await cluster.StartAsync(("serve", "true"));
            Assert.Equal(request.Id, (await tenant.SubmitAsync(draft, "once")).Id);
        }

        await tenant.SucceedsAsync(before, request);
        Page<Request> history = await tenant.Api.GetAsync<Page<Request>>("/v1/requests");
        Assert.Equal([request.Id, before.Id], history.Items.Select(r => r.Id));
        Assert.Equal(tenant.Video, Assert.Single((await tenant.Api.GetAsync<Page<Video>>("/v1/videos")).Items).Id);
        Assert.DoesNotContain("The first key", cluster.Silos[^1].Log, StringComparison.Ordinal);

        cluster.Silos[^1].Terminate();
        Assert.Equal(0, await cluster.Silos[^1].ExitAsync());
        await cluster.CheckAsync();
    }

    [Fact]
    public async Task Second_server_on_a_data_directory_is_refused()
    {
        await using TestCluster cluster = TestCluster.Sqlite();
        await cluster.StartAsync();
        SiloProcess second = cluster.Launch();
        Assert.Equal(2, await second.ExitAsync());
        Assert.Contains("another server is using the data directory", second.Log, StringComparison.Ordinal);
        (int code, string said) = await cluster.RunAsync("check");
        Assert.Equal(2, code);
        Assert.Contains("another server is using the data directory", said, StringComparison.Ordinal);
        Assert.StartsWith("200", await cluster.Silos[0].HealthAsync("ready"), StringComparison.Ordinal);
    }
}
