using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests;

public class RoleTests
{
    [Fact]
    public async Task Api_client_and_worker_processes_serve_uploads_requests_and_events_together()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await cluster.StartAsync(("roles", "api"), ("gatewayPort", PostgresServer.FreePort().ToString(CultureInfo.InvariantCulture)));
        SiloProcess worker = await cluster.StartAsync(("roles", "worker")), client = await cluster.StartAsync(("roles", "client"));

        // Through the client, for everything that is visible from outside.
        TestTenant tenant = await cluster.TenantAsync(through: client);
        Request request = await tenant.SubmitAsync(3);
        using (HttpResponseMessage events = await tenant.Api.TryAsync(client, HttpMethod.Get, request.Links.Events))
        {
            await using Stream body = await events.Content.ReadAsStreamAsync();
            SseItem<string>[] items = await SseParser.Create(body).EnumerateAsync().ToArrayAsync();
            Assert.Equal(EventNames.Request, items[^1].EventType);
            Assert.Equal(WorkState.Succeeded, JsonSerializer.Deserialize<Request>(items[^1].Data, ApiJson.Options)!.State);
        }

        await tenant.SucceedsAsync(request);
        Assert.All(Enumerable.Range(0, 3), i => Assert.Equal(worker, Assert.Single(cluster.Attempts(request, i)).Silo));
        using (HttpResponseMessage none = await tenant.Api.TryAsync(worker, HttpMethod.Get, request.Links.Self)) Assert.Equal(404, (int)none.StatusCode);

        // The client outlives the silo that it was connected to.
        await cluster.StartAsync(("roles", "api"), ("gatewayPort", PostgresServer.FreePort().ToString(CultureInfo.InvariantCulture)));
        cluster.Silos[0].Kill();
        await tenant.SucceedsAsync(request, await tenant.SubmitAsync(3));
        Assert.False(client.HasExited);
        await cluster.CheckAsync();
    }
}
