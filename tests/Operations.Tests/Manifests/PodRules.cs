using System.Globalization;

namespace Vgpnn.Operations.Tests.Manifests;

/// <summary>Rules for all pods, in the files as they are and in what is rendered from them.</summary>
internal static class PodRules
{
    /// <summary>Seconds that a silo may take to exit after the drain.</summary>
    private const double LastSeconds = 15;

    public static void Check(IReadOnlyList<Resource> resources)
    {
        Assert.Contains(resources, r => r.IsWorkload);
        foreach (Resource workload in resources.Where(r => r.IsWorkload))
        {
            IsConfined(workload);
            HasLimits(workload);
            if (workload.Kind is "Deployment" or "StatefulSet") HasProbes(workload);
        }

        Resource settings = resources.Single(r => r.Kind == "ConfigMap");
        foreach (Resource silo in resources.Where(r => r is { IsSilo: true, Kind: "Deployment" }))
        {
            StopsInTime(silo, settings);
            IsSpread(silo);
            Assert.Contains(resources, r => r.Kind == "PodDisruptionBudget" && r.Name == silo.Name);
        }

        HasNoSecret(resources);
    }

    private static void IsConfined(Resource workload)
    {
        Assert.True(workload.Pod.Text("securityContext.runAsNonRoot") == "true", $"{workload} may run as root");
        Assert.True(int.Parse(workload.Pod.Text("securityContext.runAsUser")!, CultureInfo.InvariantCulture) > 0, $"{workload} runs as root");
        Assert.Equal("RuntimeDefault", workload.Pod.Text("securityContext.seccompProfile.type"));
        Assert.True(workload.Pod.Text("automountServiceAccountToken") == "false", $"{workload} gets a token of the Kubernetes API");
        Assert.NotEqual("true", workload.Pod.Text("hostNetwork"));
        Assert.DoesNotContain(workload.Pod.List("volumes"), v => v.At("hostPath") is not null);
        foreach (Resource container in workload.Containers)
        {
            Assert.True(container.Text("securityContext.readOnlyRootFilesystem") == "true", $"the root file system of {workload} is writable");
            Assert.Equal("false", container.Text("securityContext.allowPrivilegeEscalation"));
            Assert.Equal(["ALL"], container.List("securityContext.capabilities.drop").Select(c => c.Value));
            Assert.Contains(container.List("volumeMounts"), m => m.Text("mountPath") == "/tmp");
        }
    }

    private static void HasLimits(Resource workload)
    {
        foreach (Resource container in workload.Containers)
        {
            Assert.NotNull(container.Text("resources.requests.cpu"));
            Assert.NotNull(container.Text("resources.requests.memory"));
            Assert.True(container.Text("resources.limits.memory") is not null, $"{workload} has no memory limit");
            Assert.DoesNotContain(container.At("resources.requests")!.Keys, k => k.Contains("gpu", StringComparison.Ordinal));
        }
    }

    private static void HasProbes(Resource workload)
    {
        foreach (Resource container in workload.Containers)
        {
            Assert.True(container.At("readinessProbe") is not null && container.At("livenessProbe") is not null, $"{workload} has no probes");
            if (!workload.IsSilo) continue;
            Assert.Equal("/health/startup", container.Text("startupProbe.httpGet.path"));
            Assert.Equal("/health/ready", container.Text("readinessProbe.httpGet.path"));
            Assert.Equal("/health/live", container.Text("livenessProbe.httpGet.path"));
        }
    }

    private static void StopsInTime(Resource silo, Resource settings)
    {
        Resource container = silo.Containers.Single();
        string drain = container.List("env").SingleOrDefault(e => e.Text("name") == "VGPNN_DRAINSECONDS")?.Text("value")
            ?? settings.Text("data.VGPNN_DRAINSECONDS")!;
        double before = container.List("lifecycle.preStop.exec.command") is [{ Value: "sleep" }, var seconds] ? Number(seconds.Value!) : 0;
        double grace = Number(silo.Pod.Text("terminationGracePeriodSeconds")!);
        Assert.True(grace > before + Number(drain) + LastSeconds, $"{silo} is killed after {grace} s, but may need {before} + {drain} + {LastSeconds} s");

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    private static void IsSpread(Resource silo)
    {
        Assert.Equal(
            ["kubernetes.io/hostname", "topology.kubernetes.io/zone"],
            silo.Pod.List("topologySpreadConstraints").Select(c => c.Text("topologyKey")).Order(StringComparer.Ordinal));
        Assert.All(silo.Pod.List("topologySpreadConstraints"), c => Assert.Equal(
            silo.Text("metadata.labels.[app.kubernetes.io/component]"), c.Text("labelSelector.matchLabels.[app.kubernetes.io/component]")));
    }

    private static void HasNoSecret(IReadOnlyList<Resource> resources)
    {
        Assert.DoesNotContain(resources, r => r.Kind == "Secret");
        string[] secret = ["password", "accountkey", "key=", "pwd=", "sig="];
        foreach ((string key, string value) in resources.SelectMany(r => r.Texts()))
            Assert.False(Array.Exists(secret, s => value.Contains(s, StringComparison.OrdinalIgnoreCase) && value.Contains('=', StringComparison.Ordinal)), $"{key}: {value}");
        foreach (Resource variable in resources.Where(r => r.IsWorkload).SelectMany(r => r.Containers).SelectMany(c => c.List("env")))
        {
            string name = variable.Text("name")!;
            bool isSecret = name is "VGPNN_STORAGE" or "VGPNN_BLOBS" or "AZURITE_ACCOUNTS" or "AWS_ACCESS_KEY_ID" or "AWS_SECRET_ACCESS_KEY" || name.EndsWith("PASSWORD", StringComparison.Ordinal);
            Assert.True(!isSecret || variable.At("valueFrom.secretKeyRef") is not null, $"{name} is not taken from a Secret");
        }
    }
}
