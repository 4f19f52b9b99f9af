using Vgpnn.Cluster.Tests.Support;

namespace Vgpnn.Cluster.Tests;

public class WorkTests
{
    [Fact]
    public async Task Two_silos_share_the_work_and_make_the_frames_of_the_plain_engine()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await cluster.StartAsync(2);
        TestTenant tenant = await cluster.TenantAsync();
        Request request = await tenant.SubmitAsync(12);
        await tenant.SucceedsAsync(request);
        Assert.Equal(2, Enumerable.Range(0, 12).Select(i => Assert.Single(cluster.Attempts(request, i)).Silo).Distinct().Count());
        await cluster.CheckAsync();
    }
}
