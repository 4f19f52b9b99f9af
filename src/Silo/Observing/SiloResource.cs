using System.Runtime.InteropServices;
using OpenTelemetry.Resources;
using Vgpnn.Kernels.Gpu.Hardware;
using Vgpnn.Silo.Settings;
using Vgpnn.Synthesis.Backends;

namespace Vgpnn.Silo.Observing;

/// <summary>
/// The resource attributes that describe the process: service, host, operating system, process, and the backend with its GPU. Those of
/// Kubernetes and of the deployment come from <c>OTEL_RESOURCE_ATTRIBUTES</c>, which also overrides these.
/// </summary>
/// <param name="settings">The silo's settings.</param>
/// <param name="gpu">The GPU that the worker has opened; <c>null</c> without a GPU.</param>
internal sealed class SiloResource(SiloSettings settings, DeviceDescription? gpu) : IResourceDetector
{
    public Resource Detect()
    {
        var attributes = new Dictionary<string, object>
        {
            ["service.name"] = "vgpnn",
            ["service.namespace"] = settings.ClusterId,
            ["service.instance.id"] = settings.Name,
            ["service.version"] = typeof(SiloResource).Assembly.GetName().Version!.ToString(3),
            ["host.name"] = Environment.MachineName,
            ["host.arch"] = RuntimeInformation.OSArchitecture switch
            {
                Architecture.X64 => "amd64",
                Architecture arch => arch.ToString().ToLowerInvariant(),
            },
            ["os.type"] = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : "windows",
            ["os.description"] = RuntimeInformation.OSDescription,
            ["process.pid"] = (long)Environment.ProcessId,
            ["process.runtime.name"] = ".NET",
            ["process.runtime.version"] = Environment.Version.ToString(),
        };
        if (Environment.ProcessPath is { } path) attributes["process.executable.name"] = Path.GetFileName(path);
        if (settings.IsWorker) attributes["vgpnn.backend"] = settings.HasDevice ? BackendName.Gpu : BackendName.Cpu;
        if (gpu is not null)
        {
            attributes["vgpnn.gpu.name"] = gpu.Name;
            attributes["vgpnn.gpu.driver"] = gpu.Kind == DeviceKind.Cuda ? "cuda" : "opencl";
        }

        return new Resource(attributes);
    }
}
