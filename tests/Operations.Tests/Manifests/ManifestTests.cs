using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Manifests;

public class ManifestTests
{
    private static readonly string[] Roles = ["api", "notify", "worker"];

    public static TheoryData<string> Overlays => ["azure", "dev", "postgres"];

    [Fact]
    public void Pods_of_the_base_are_confined_limited_and_probed() => PodRules.Check(Resource.ReadFolder(Repository.At("k8s", "base")));

    [Fact]
    public void Gpu_component_sets_gpus_under_limits_only()
    {
        Resource worker = Resource.ReadFolder(Repository.At("k8s", "components", "gpu")).Single();
        Assert.Equal("1", worker.Containers.Single().Text("resources.limits.[nvidia.com/gpu]"));
        Assert.Null(worker.Containers.Single().At("resources.requests"));
    }

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task Rendered_pods_are_confined_limited_and_probed(string overlay)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay);
        PodRules.Check(resources);
        Assert.All(resources.Where(r => r.Kind != "Namespace"), r => Assert.Equal("vgpnn", r.Text("metadata.namespace")));
        Assert.Equal("restricted", resources.Single(r => r.Kind == "Namespace").Text("metadata.labels.[pod-security.kubernetes.io/enforce]"));
        Assert.Equal("false", resources.Single(r => r.Kind == "ServiceAccount").Text("automountServiceAccountToken"));
    }

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task All_pods_run_one_image_in_their_own_roles(string overlay)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay);
        Assert.Equal(
            [.. Roles.Select(r => $"vgpnn-{r}")],
            resources.Where(r => r is { IsSilo: true, Kind: "Deployment" }).Select(r => r.Name).Order(StringComparer.Ordinal));
        foreach (string role in Roles) Assert.Equal(role, Setting(resources, Deployment(resources, role), "VGPNN_ROLES"));
        Assert.Equal(["migrate"], resources.Single(r => r.Kind == "Job").Containers.Single().List("args").Select(a => a.Value));
        Assert.Equal(["check"], resources.Single(r => r.Kind == "CronJob").Containers.Single().List("args").Select(a => a.Value));
        Assert.Equal("true", resources.Single(r => r.Kind == "CronJob").Text("spec.suspend"));
        string[] images = [.. resources.Where(r => r.IsWorkload && r.Kind != "StatefulSet").SelectMany(r => r.Containers).Select(c => c.Text("image")!)];
        Assert.Equal(5, images.Length);
        Assert.Single(images.Distinct());
    }

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task Silos_advertise_their_pod_and_listen_on_known_ports(string overlay)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay);
        foreach (Resource silo in resources.Where(r => r.IsSilo))
        {
            Assert.Equal("status.podIP", Variable(silo, "VGPNN_ADDRESS")!.Text("valueFrom.fieldRef.fieldPath"));
            Assert.Equal("11111", Setting(resources, silo, "VGPNN_SILOPORT"));
            Assert.Equal("11111", Port(silo, "silo"));
            Assert.Equal("false", Setting(resources, silo, "VGPNN_MIGRATE"));
        }

        Assert.Equal("30000", Setting(resources, Deployment(resources, "api"), "VGPNN_GATEWAYPORT"));
        Assert.Equal("30000", Port(Deployment(resources, "api"), "gateway"));
        Assert.Null(Setting(resources, Deployment(resources, "worker"), "VGPNN_GATEWAYPORT"));
    }

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task Silos_use_certificates_of_their_own_authority(string overlay)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay);
        Resource certificate = Named(resources, "Certificate", "vgpnn-silo");
        foreach (Resource silo in resources.Where(r => r.IsSilo))
        {
            Resource mount = Assert.Single(silo.Containers.Single().List("volumeMounts"), m => m.Text("name") == "tls");
            Assert.Null(mount.Text("subPath"));
            Resource volume = Assert.Single(silo.Pod.List("volumes"), v => v.Text("name") == "tls");
            Assert.Equal(certificate.Text("spec.secretName"), volume.Text("secret.secretName"));
            string folder = mount.Text("mountPath")!;
            Assert.Equal($"{folder}/tls.crt", Setting(resources, silo, "VGPNN_TLSCERTIFICATE"));
            Assert.Equal($"{folder}/tls.key", Setting(resources, silo, "VGPNN_TLSKEY"));
            Assert.Equal($"{folder}/ca.crt", Setting(resources, silo, "VGPNN_TLSAUTHORITY"));
        }

        string[] usages = [.. certificate.List("spec.usages").Select(u => u.Value!)];
        Assert.Contains("server auth", usages);
        Assert.Contains("client auth", usages);
        Resource issuer = Named(resources, "Issuer", certificate.Text("spec.issuerRef.name")!);
        Resource authority = Assert.Single(resources, r => r.Kind == "Certificate" && r.Text("spec.secretName") == issuer.Text("spec.ca.secretName"));
        Assert.Equal("true", authority.Text("spec.isCA"));
        Assert.Equal("Never", authority.Text("spec.privateKey.rotationPolicy"));
    }

    [RenderTheory]
    [InlineData("azure", null)]
    [InlineData("dev", "storage")]
    [InlineData("postgres", "storage")]
    public async Task Storage_comes_from_the_secret_unless_it_needs_no_credentials(string overlay, string? key)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay);
        foreach (Resource workload in resources.Where(r => r.IsSilo || r.Kind == "Job"))
        {
            string? expected = key is not null && workload.Kind == "Job" ? $"owner-{key}" : key;
            Assert.Equal(expected, Variable(workload, "VGPNN_STORAGE")?.Text("valueFrom.secretKeyRef.key"));
            Assert.Equal(key is null ? null : "blobs", Variable(workload, "VGPNN_BLOBS")?.Text("valueFrom.secretKeyRef.key"));
            if (key is not null) continue;
            Assert.StartsWith("azure:https://", Setting(resources, workload, "VGPNN_STORAGE"), StringComparison.Ordinal);
            Assert.StartsWith($"{Setting(resources, workload, "VGPNN_STORAGE")}/", Setting(resources, workload, "VGPNN_BLOBS"), StringComparison.Ordinal);
            Assert.Equal("true", workload.Template.Text("metadata.labels.[azure.workload.identity/use]"));
        }

        if (key is null) Assert.NotNull(resources.Single(r => r.Kind == "ServiceAccount").Text("metadata.annotations.[azure.workload.identity/client-id]"));
        Assert.Equal(overlay == "dev" ? ["azurite", "postgres"] : [], resources.Where(r => r.Kind == "StatefulSet").Select(r => r.Name).Order(StringComparer.Ordinal));
    }

    [RenderTheory]
    [InlineData("dev")]
    [InlineData("postgres")]
    public async Task S3_component_gives_every_pod_that_opens_blobs_the_credentials_of_the_secret(string overlay)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay, "s3");
        PodRules.Check(resources);
        foreach (Resource workload in resources.Where(r => r.IsSilo || r.Kind == "Job"))
        {
            Assert.Equal("blobs", Variable(workload, "VGPNN_BLOBS")?.Text("valueFrom.secretKeyRef.key"));
            Assert.Equal("s3-access-key", Variable(workload, "AWS_ACCESS_KEY_ID")?.Text("valueFrom.secretKeyRef.key"));
            Assert.Equal("s3-secret-key", Variable(workload, "AWS_SECRET_ACCESS_KEY")?.Text("valueFrom.secretKeyRef.key"));
        }
    }

    [RenderTheory]
    [InlineData("azure", "ScaledObject")]
    [InlineData("dev", "HorizontalPodAutoscaler")]
    [InlineData("postgres", "ScaledObject")]
    public async Task Workers_are_scaled_by_exactly_one_scaler(string overlay, string scaler)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay);
        Resource one = Assert.Single(resources, r => r.Kind is "HorizontalPodAutoscaler" or "ScaledObject");
        Assert.Equal(scaler, one.Kind);
        Assert.Equal("vgpnn-worker", one.Text("spec.scaleTargetRef.name"));
        Assert.Null(Deployment(resources, "worker").At("spec.replicas"));
        Assert.True(int.Parse(Deployment(resources, "api").Text("spec.replicas")!, null) > 1);
        Assert.True(int.Parse(Deployment(resources, "notify").Text("spec.replicas")!, null) > 1);
    }

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task Gpu_component_gives_each_worker_a_gpu_and_api_silos_the_setting(string overlay)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay, "gpu");
        PodRules.Check(resources);
        Assert.Equal("1", Deployment(resources, "worker").Containers.Single().Text("resources.limits.[nvidia.com/gpu]"));
        Assert.NotNull(Deployment(resources, "worker").Containers.Single().Text("resources.limits.memory"));
        Assert.Null(Deployment(resources, "api").Containers.Single().Text("resources.limits.[nvidia.com/gpu]"));
        foreach (string role in Roles) Assert.Equal("gpu", Setting(resources, Deployment(resources, role), "VGPNN_DEVICE"));
    }

    [RenderTheory]
    [InlineData("dev")]
    public async Task Metrics_are_scraped_from_all_silos(string overlay)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay, "podmonitor");
        foreach (string role in Roles)
        {
            Resource silo = Deployment(resources, role);
            Assert.Equal("true", Setting(resources, silo, "VGPNN_METRICS"));
            Assert.Equal("true", silo.Template.Text("metadata.annotations.[prometheus.io/scrape]"));
            Assert.Equal("/metrics", silo.Template.Text("metadata.annotations.[prometheus.io/path]"));
            Assert.Equal(Port(silo, "http"), silo.Template.Text("metadata.annotations.[prometheus.io/port]"));
        }

        Resource monitor = Named(resources, "PodMonitor", "vgpnn");
        Assert.Equal(Roles, monitor.List("spec.selector.matchExpressions").Single(e => e.Text("key") == "app.kubernetes.io/component").List("values").Select(v => v.Value!));
        Assert.Equal(("http", "/metrics"), (monitor.List("spec.podMetricsEndpoints")[0].Text("port"), monitor.List("spec.podMetricsEndpoints")[0].Text("path")));
    }

    [RenderTheory]
    [InlineData("azure")]
    [InlineData("postgres")]
    public async Task Ingress_serves_the_page_and_the_api_but_not_the_metrics(string overlay)
    {
        IReadOnlyList<Resource> resources = await Kubectl.RenderAsync(overlay);
        Resource[] paths = [.. resources.Single(r => r.Kind == "Ingress").List("spec.rules")[0].List("http.paths")];
        Assert.All(paths, p => Assert.Equal("vgpnn-api", p.Text("backend.service.name")));
        string page = Repository.At("src", "Silo", "wwwroot");
        foreach (string file in Directory.EnumerateFiles(page, "*", SearchOption.AllDirectories))
        {
            string path = $"/{Path.GetRelativePath(page, file)}";
            Assert.True(IsServed(path), $"{path} is not served");
        }

        foreach (string path in (string[])["/", "/v1/requests", "/v1/openapi.json"]) Assert.True(IsServed(path), $"{path} is not served");
        foreach (string path in (string[])["/metrics", "/orleans", "/orleans/index.html", "/health/ready"]) Assert.False(IsServed(path), $"{path} is served");

        bool IsServed(string path) => Array.Exists(paths, p => p.Text("pathType") == "Exact"
            ? p.Text("path") == path
            : path == p.Text("path") || path.StartsWith($"{p.Text("path")}/", StringComparison.Ordinal));
    }

    private static Resource Named(IReadOnlyList<Resource> resources, string kind, string name) => resources.Single(r => r.Kind == kind && r.Name == name);

    private static Resource Deployment(IReadOnlyList<Resource> resources, string role) => Named(resources, "Deployment", $"vgpnn-{role}");

    private static Resource? Variable(Resource workload, string name) => workload.Containers.Single().List("env").SingleOrDefault(e => e.Text("name") == name);

    private static string? Port(Resource workload, string name) =>
        workload.Containers.Single().List("ports").SingleOrDefault(p => p.Text("name") == name)?.Text("containerPort");

    /// <summary>A setting as the container gets it: from its own variable, or from the shared ones.</summary>
    private static string? Setting(IReadOnlyList<Resource> resources, Resource workload, string name)
    {
        Assert.Contains(workload.Containers.Single().List("envFrom"), e => e.Text("configMapRef.name") == "vgpnn-settings");
        return Variable(workload, name) is { } own ? own.Text("value") : resources.Single(r => r.Kind == "ConfigMap").Text($"data.{name}");
    }
}
