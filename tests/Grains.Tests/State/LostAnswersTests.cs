using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;
using Vgpnn.Grains.Tests.Support;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Grains.Tests.State;

public class LostAnswersTests
{
    [Fact]
    public async Task A_turn_whose_commit_got_no_answer_is_found_done_and_happens_once()
    {
        PostgresServer server = await PostgresServer.SharedAsync();
        string connection = await server.CreateDatabaseAsync();
        await using PostgresProxy proxy = new(server.Port);
        await using Bundle direct = await Bundle.OfAsync(connection), lossy = await Bundle.OfAsync(proxy.Through(connection), direct.Blobs);
        string tenant = await LosingAsync(() => lossy.TenantAsync());
        VideoStatus video = await LosingAsync(async () => await lossy.Videos.StoreAsync(tenant, "clip.mp4", new MemoryStream(await Clips.SmallAsync())));
        await using TestNode node = lossy.Node();
        GrainKey ingest = (await LosingAsync(node.AdmitAsync))!.Value;
        await EndLosingAsync(() => node.RunAsync(ingest), commits: 2);
        RequestStatus request = await LosingAsync(() => lossy.SubmitAsync(tenant, video.VideoId, samples: 2));
        GrainKey first = (await LosingAsync(node.AdmitAsync))!.Value;
        Assert.Equal(GrainKey.Sample(request.RequestId, 0), first);
        await EndLosingAsync(() => node.RunAsync(first), commits: 4);
        await node.RunAllAsync();

        Assert.Equal(2, (await direct.Requests.GetAsync(tenant, request.RequestId)).Succeeded);
        Assert.Equal(
            await Clips.ExpectedAsync(await Clips.SmallAsync(), Clips.Quick, 7, 2),
            (await SampleGrain.ListAsync(direct.Store, tenant, request.RequestId, -1, 10)).Select(s => s.FramesSha256));
        Assert.Equal(["done", "done", "done"], await direct.Store.RunAsync(s => s.QueryAsync<string>("SELECT outcome FROM activations")));
        Assert.Single(await direct.Tenants.ListAsync());
        await EndLosingAsync(() => lossy.Requests.DeleteAsync(tenant, request.RequestId), commits: 1);
        await direct.HoldsAsync();

        async Task<T> LosingAsync<T>(Func<Task<T>> turn, int commits = 1)
        {
            int before = proxy.Lost;
            proxy.LoseCommits(commits);
            T result = await turn();
            Assert.True(proxy.Lost >= before + commits, $"{proxy.Lost - before} of {commits} commits were lost");
            return result;
        }

        Task EndLosingAsync(Func<Task> turn, int commits) => LosingAsync(
            async () =>
            {
                await turn();
                return true;
            },
            commits);
    }

    [Fact]
    public async Task Turns_that_wait_for_each_other_in_a_circle_are_both_done()
    {
        await using Bundle bundle = await Bundle.NewAsync(Database.Postgres);
        string a = await bundle.TenantAsync("a"), b = await bundle.TenantAsync("b");
        using var both = new Barrier(2);
        await Task.WhenAll(InOrderAsync(a, b), InOrderAsync(b, a));
        Assert.All(await bundle.Tenants.ListAsync(), t => Assert.Equal(2, t.Queued));

        Task InOrderAsync(string first, string second)
        {
            bool met = false;
            return Task.Run(() => bundle.Store.RunAsync(async state =>
            {
                await TenantGrain.CountAsync(state, first, queued: 1);
                if (!met)
                {
                    met = true;
                    both.SignalAndWait();
                }

                await TenantGrain.CountAsync(state, second, queued: 1);
            }));
        }
    }
}
