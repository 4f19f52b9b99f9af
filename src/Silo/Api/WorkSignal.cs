using Vgpnn.Silo.Hosting;

namespace Vgpnn.Silo.Api;

/// <summary>Tells this process's worker, where it is one, that there is work; other nodes look by themselves.</summary>
internal sealed class WorkSignal(IServiceProvider services)
{
    public void Wake() => services.GetService<AdmissionPump>()?.Wake();
}
