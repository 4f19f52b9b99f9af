using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Telemetry;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Grains.Levels;

/// <inheritdoc cref="ILevelGrain"/>
/// <param name="sources">Makes samplers from stored videos.</param>
/// <param name="budget">The silo's memory for levels.</param>
[StatelessWorker(1), Reentrant, CollectionAgeLimit(Minutes = 10)]
internal sealed class LevelGrain(SamplerSource sources, LevelBudget budget) : Grain, ILevelGrain
{
    private Task<LevelContent>? _opened;
    private LevelContent _content = LevelContent.None;

    private string Key => this.GetPrimaryKeyString();

    public async Task<LevelContent> Open(RequestWork work)
    {
        VgpnnTelemetry.CacheLookups.Add(1, VgpnnTelemetry.Tag(TelemetryNames.LevelCacheResult, _opened is null ? "miss" : "hit"));

        // Decoding takes seconds: not on the grain's scheduler.
        LevelContent content = await (_opened ??= Task.Run(() => OpenAsync(work)));
        if (content.Sampler is null) _opened = null;
        else Hold(content, BytesOf(content.Sampler));
        return content;
    }

    public Task<LevelContent> Find()
    {
        if (_content.Volume is not null) budget.Touch(Key);
        return Task.FromResult(_content);
    }

    public Task Keep(LevelContent content)
    {
        if (_content.Volume is null && content.Volume is { } volume) Hold(content, (long)volume.Count * (volume is Volume<float> ? sizeof(float) : 1));
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        budget.Forget(Key);

        // It waits for a sample that is being made on the device.
        if (_content.Sampler is { } sampler) _ = Task.Run(sampler.ReleaseDevice, CancellationToken.None);
        return Task.CompletedTask;
    }

    private void Hold(LevelContent content, long bytes)
    {
        _content = content;
        IGrainContext context = GrainContext;
        budget.Hold(Key, bytes, () => context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "other levels need the memory")));
    }

    private async Task<LevelContent> OpenAsync(RequestWork work)
    {
        try
        {
            return new LevelContent { Sampler = await sources.MakeAsync(work, CancellationToken.None) };
        }
        catch (Exception e)
        {
            return new LevelContent { Error = e };
        }
    }

    // The frames as they were decoded, and as the engine reads them.
    private static long BytesOf(Sampler sampler)
    {
        int component = sampler.Options.Engine == Engine.Float ? sizeof(float) : 1;
        return 3 * sampler.Plan.Input.Count * (1 + component);
    }
}

/// <summary>The levels of an input, as a sample's computing thread finds and keeps them in level grains of its silo.</summary>
/// <param name="grains">Grains.</param>
/// <param name="levelKey">The input and plan.</param>
internal sealed class SharedLevels(IGrainFactory grains, string levelKey) : ILevelStore
{
    // A computing thread may wait: it is no grain's, and the call does not leave the silo.
    public Volume? Find(int level)
    {
        CallerContext.ActForCluster();
        return grains.Level(levelKey, level).Find().GetAwaiter().GetResult().Volume;
    }

    public void Keep(int level, Volume volume)
    {
        CallerContext.ActForCluster();
        grains.Level(levelKey, level).Keep(new LevelContent { Volume = volume }).GetAwaiter().GetResult();
    }
}
