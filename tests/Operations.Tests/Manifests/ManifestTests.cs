using Npgsql;
using Vgpnn.Operations.Tests.Support;
using Vgpnn.Silo.Scheduling;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Operations.Tests.Manifests;

public class ManifestTests
{
    /// <summary>Labels of every namespace's own name, by which policies may tell pods apart.</summary>
    private const string Component = "[app.kubernetes.io/component]";

    [Fact]
    public void Pods_of_the_base_are_walled_in_bounded_and_asked_how_they_are() => PodRules.Hold(Resource.ReadFolder(Repository.At("k8s", "base")));

    [Fact]
    public void A_gpu_is_asked_for_under_limits_only()
    {
        Resource worker = Resource.ReadFolder(Repository.At("k8s", "components", "gpu")).Single();
        Assert.Equal("1", worker.Containers.Single().Text("resources.limits.[nvidia.com/gpu]"));
        Assert.Null(worker.Containers.Single().At("resources.requests"));
    }

    [RenderTheory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Rendered_pods_are_walled_in_bounded_and_asked_how_they_are(string overlay)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay);
        PodRules.Hold(resources);
        Assert.All(resources.Where(r => r.Kind != "Namespace"), r => Assert.Equal("vgpnn", r.Text("metadata.namespace")));
        Assert.Equal("restricted", resources.Single(r => r.Kind == "Namespace").Text("metadata.labels.[pod-security.kubernetes.io/enforce]"));
        Assert.Equal("false", resources.Single(r => r.Kind == "ServiceAccount").Text("automountServiceAccountToken"));

        // One image, and everything runs it but what stands in for services.
        string[] images = [.. resources.Where(r => r.IsWorkload && r.Kind != "StatefulSet").SelectMany(r => r.Containers).Select(c => c.Text("image")!)];
        Assert.Equal(3, images.Length);
        Assert.Single(images.Distinct());
        Assert.Equal(["migrate"], resources.Single(r => r.Kind == "Job").Containers.Single().List("args").Select(a => a.Value));
    }

    [RenderTheory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task With_the_component_gpu_workers_have_one_each_and_requests_are_made_there(string overlay)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay, "gpu");
        PodRules.Hold(resources);
        Resource worker = resources.Single(r => r is { Kind: "Deployment", Name: "vgpnn-worker" }), api = resources.Single(r => r is { Kind: "Deployment", Name: "vgpnn-api" });
        Assert.Equal("1", worker.Containers.Single().Text("resources.limits.[nvidia.com/gpu]"));
        Assert.NotNull(worker.Containers.Single().Text("resources.limits.memory"));
        Assert.Null(api.Containers.Single().Text("resources.limits.[nvidia.com/gpu]"));
        Assert.Equal("opencl", resources.Single(r => r.Kind == "ConfigMap").Text("data.VGPNN_DEVICE"));
    }

    [RenderTheory]
    [InlineData("dev", "HorizontalPodAutoscaler", false)]
    [InlineData("prod", "ScaledObject", true)]
    public async Task Workers_are_scaled_in_one_way_and_states_are_where_the_overlay_says(string overlay, string scaler, bool external)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay);
        Resource[] scalers = [.. resources.Where(r => r.Kind is "HorizontalPodAutoscaler" or "ScaledObject")];
        Assert.Equal(scaler, Assert.Single(scalers).Kind);
        Assert.Equal("vgpnn-worker", scalers[0].Text("spec.scaleTargetRef.name"));
        Assert.Null(resources.Single(r => r is { Kind: "Deployment", Name: "vgpnn-worker" }).At("spec.replicas"));
        Assert.Equal(external ? [] : ["azurite", "postgres"], resources.Where(r => r.Kind == "StatefulSet").Select(r => r.Name).Order(StringComparer.Ordinal));
        foreach (string name in (string[])["vgpnn-api", "vgpnn-worker"])
            Assert.Contains(resources, r => r.Kind == "PodDisruptionBudget" && r.Name == name);
    }

    [RenderTheory]
    [InlineData("dev")]
    [InlineData("prod")]
    public async Task Nothing_goes_in_or_out_unless_a_policy_says_so(string overlay)
    {
        Resource[] policies = [.. (await Kubectl.RenderAsync(overlay)).Where(r => r.Kind == "NetworkPolicy")];
        Resource deny = policies.Single(p => p.Name == "vgpnn-deny");
        Assert.Empty(deny.At("spec.podSelector")!.Keys.SelectMany(k => deny.At($"spec.podSelector.{k}")!.Keys).Except(["app.kubernetes.io/name"]));
        Assert.Equal(["Ingress", "Egress"], deny.List("spec.policyTypes").Select(t => t.Value));
        Assert.Null(deny.At("spec.ingress"));
        Assert.Null(deny.At("spec.egress"));

        // Every rule names somebody, and ports.
        foreach (Resource rule in policies.SelectMany(p => p.List("spec.egress").Concat(p.List("spec.ingress"))))
        {
            Assert.NotEmpty(rule.List("to").Concat(rule.List("from")));
            Assert.NotEmpty(rule.List("ports"));
        }

        // Only the API reaches outside, and from there nowhere inside.
        Resource[] outside = [.. policies.Where(p => p.Texts().Any(t => t is ("cidr", "0.0.0.0/0")))];
        Assert.Equal("api", Assert.Single(outside).Text($"spec.podSelector.matchLabels.{Component}"));
        string?[] kept = [.. outside[0].List("spec.egress")[0].List("to")[0].List("ipBlock.except").Select(e => e.Value)];
        Assert.All((string[])["10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"], inside => Assert.Contains(inside, kept));
    }

    [Fact]
    public async Task Whatever_scales_the_workers_may_count_turns_and_read_nothing_else()
    {
        Resource scaled = Resource.ReadFolder(Repository.At("k8s", "components", "keda")).Single(r => r.Kind == "ScaledObject");
        string query = scaled.List("spec.triggers")[0].Text("metadata.query")!;
        PostgresServer server = await PostgresServer.SharedAsync();
        string database = await server.CreateDatabaseAsync();
        await Schema.MigrateAsync(database);
        string login = $"scaler_{Guid.NewGuid():N}", name = new NpgsqlConnectionStringBuilder(database).Database!;
        await server.ExecuteAsync(name, $"CREATE ROLE {login} LOGIN IN ROLE vgpnn_scaler");
        await server.ExecuteAsync(
            name,
            """
            INSERT INTO tenants (tenant_id, name, weight, max_running, max_queued, max_bytes, max_voxels, created_at)
            VALUES ('a', 'a', 1, 2, 100, 1, 1, 0), ('b', 'b', 1, 100, 100, 1, 1, 0);
            INSERT INTO turns (grain, tenant_id, state, engine_class, protocol, priority, bytes, charge, ready_at)
            SELECT 'sample/' || t || '/' || i, t, 'ready', 'cpu', 1, 1, 1, 1, 0 FROM unnest(ARRAY['a', 'b']) t, generate_series(1, 5) i
            """);
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { Username = login }.ConnectionString);
        await using NpgsqlCommand count = source.CreateCommand(query);
        Assert.Equal(7L, await count.ExecuteScalarAsync());
        foreach (string table in (string[])["samples", "requests", "videos", "api_keys", "tenants"])
        {
            await using NpgsqlCommand curious = source.CreateCommand($"SELECT * FROM {table}");
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(() => curious.ExecuteScalarAsync())).SqlState);
        }
    }
}
