using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

public class WorkTests
{
    [Fact]
    public async Task One_process_with_Sqlite_makes_what_a_plain_program_makes()
    {
        await using TestCluster cluster = await TestCluster.SqliteAsync();
        await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 4);
        Assert.Equal(4, (await cluster.FinishedAsync(tenant, request.RequestId)).Succeeded);
        Assert.Equal(await Clips.ExpectedAsync(await Clips.SmallAsync(), Clips.Quick, 7, 4), await cluster.HashesAsync(tenant, request.RequestId));
        await cluster.HoldsAsync();
    }

    [Fact]
    public async Task Two_silos_share_the_work_and_make_what_a_plain_program_makes()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync());
        (string tenant, string video) = await cluster.TenantAsync();
        RequestStatus request = await cluster.SubmitAsync(tenant, video, 12);
        Assert.Equal(12, (await cluster.FinishedAsync(tenant, request.RequestId)).Succeeded);
        Assert.Equal(await Clips.ExpectedAsync(await Clips.SmallAsync(), Clips.Quick, 7, 12), await cluster.HashesAsync(tenant, request.RequestId));
        Assert.Equal(2, (await cluster.QueryAsync<string>("SELECT DISTINCT node FROM activations WHERE grain LIKE 'sample/%'")).Count);
        await cluster.HoldsAsync();
    }
}
