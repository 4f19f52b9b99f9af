using Vgpnn.Silo.Settings;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Silo.Api.Cluster;

/// <summary>How fast this process's threads make samples, measured once for each engine.</summary>
internal sealed class Speed(SiloSettings settings)
{
    private readonly Lazy<Task<CostModel>>[] _models =
        [.. Enum.GetValues<Engine>().Select(e => new Lazy<Task<CostModel>>(() => Task.Run(() => CostModel.Measure(e, settings.ThreadsPerSample))))];

    public Task<CostModel> OfAsync(Engine engine) => _models[(int)engine].Value;
}
