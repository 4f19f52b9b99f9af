namespace Vgpnn.Operations.Tests.Manifests;

public class NetworkPolicyTests
{
    private const string Component = "[app.kubernetes.io/component]", Silo = "[vgpnn/silo]";

    public static TheoryData<string> Overlays => ManifestTests.Overlays;

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task Traffic_is_denied_unless_a_policy_names_peers_and_ports(string overlay)
    {
        Resource[] policies = await PoliciesAsync(overlay);
        Resource deny = policies.Single(p => p.Name == "vgpnn-deny");
        Assert.Empty(deny.At("spec.podSelector")!.Keys);
        Assert.Equal(["Ingress", "Egress"], deny.List("spec.policyTypes").Select(t => t.Value));
        Assert.Null(deny.At("spec.ingress"));
        Assert.Null(deny.At("spec.egress"));
        foreach (Resource rule in policies.SelectMany(p => p.List("spec.egress").Concat(p.List("spec.ingress"))))
        {
            Assert.NotEmpty(rule.List("to").Concat(rule.List("from")));
            Assert.NotEmpty(rule.List("ports"));
        }
    }

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task Orleans_ports_are_open_between_silos_only(string overlay)
    {
        Resource[] policies = await PoliciesAsync(overlay);
        Resource silos = policies.Single(p => p.Name == "vgpnn-silos");
        Assert.Equal("true", silos.Text($"spec.podSelector.matchLabels.{Silo}"));
        foreach (Resource rule in silos.List("spec.ingress").Concat(silos.List("spec.egress")))
        {
            Assert.Equal(["11111", "30000"], rule.List("ports").Select(p => p.Text("port")));
            Resource peer = Assert.Single(rule.List("from").Concat(rule.List("to")));
            Assert.Equal("true", peer.Text($"podSelector.matchLabels.{Silo}"));
            Assert.Null(peer.At("namespaceSelector"));
        }

        string[] orleans = ["11111", "30000", "silo", "gateway"];
        Assert.DoesNotContain(
            policies.Where(p => p != silos).SelectMany(p => p.List("spec.ingress").Concat(p.List("spec.egress"))).SelectMany(r => r.List("ports")),
            p => orleans.Contains(p.Text("port")) || p.Text("endPort") is not null);
    }

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task Http_is_open_to_api_pods_and_to_prometheus(string overlay)
    {
        Resource[] policies = await PoliciesAsync(overlay);
        var open = policies.SelectMany(p => p.List("spec.ingress").Select(r => (Policy: p, Rule: r)))
            .Where(o => o.Rule.List("ports").Any(p => p.Text("port") is "http" or "7413")).ToDictionary(o => o.Policy.Name);
        Assert.Equal(["vgpnn-api", "vgpnn-metrics"], open.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("api", open["vgpnn-api"].Policy.Text($"spec.podSelector.matchLabels.{Component}"));
        Assert.Equal("true", Assert.Single(open["vgpnn-api"].Rule.List("from")).Text("namespaceSelector.matchLabels.[vgpnn/ingress]"));
        Assert.Equal("true", open["vgpnn-metrics"].Policy.Text($"spec.podSelector.matchLabels.{Silo}"));
        Assert.Equal("true", Assert.Single(open["vgpnn-metrics"].Rule.List("from")).Text("namespaceSelector.matchLabels.[vgpnn/monitoring]"));
    }

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task Internet_is_open_to_notify_pods_only(string overlay)
    {
        Resource[] policies = await PoliciesAsync(overlay);
        Resource outside = Assert.Single(policies, p => p.Texts().Any(t => t is ("cidr", "0.0.0.0/0")));
        Assert.Equal("notify", outside.Text($"spec.podSelector.matchLabels.{Component}"));
        Resource rule = Assert.Single(outside.List("spec.egress"));
        Assert.Equal(["443"], rule.List("ports").Select(p => p.Text("port")));
        string?[] except = [.. rule.List("to")[0].List("ipBlock.except").Select(e => e.Value)];
        Assert.All((string[])["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"], inside => Assert.Contains(inside, except));
    }

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task Storage_is_open_to_all_silos_and_jobs(string overlay)
    {
        Resource state = (await PoliciesAsync(overlay)).Single(p => p.Name == "vgpnn-state");
        Resource expression = Assert.Single(state.List("spec.podSelector.matchExpressions"));
        Assert.Equal(["api", "check", "migrate", "notify", "worker"], expression.List("values").Select(v => v.Value).Order(StringComparer.Ordinal));
        Assert.Equal(2, state.List("spec.egress").Count);
    }

    [RenderTheory]
    [MemberData(nameof(Overlays))]
    public async Task Dns_pods_are_selected_without_a_label_of_this_application(string overlay)
    {
        Resource dns = (await PoliciesAsync(overlay)).Single(p => p.Name == "vgpnn-dns");
        Resource peer = Assert.Single(Assert.Single(dns.List("spec.egress")).List("to"));
        Assert.Equal("kube-system", peer.Text("namespaceSelector.matchLabels.[kubernetes.io/metadata.name]"));
        Assert.Equal(["matchExpressions"], peer.At("podSelector")!.Keys);
    }

    private static async Task<Resource[]> PoliciesAsync(string overlay) => [.. (await Kubectl.RenderAsync(overlay)).Where(r => r.Kind == "NetworkPolicy")];
}
