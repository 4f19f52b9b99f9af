using Vgpnn.Grains.Abstractions;

namespace Vgpnn.Grains.Requests;

/// <summary>
/// Tells a tenant of an entry's changes, in their order and one call at a time; changes of one sample that come meanwhile
/// are told as one. What cannot be told is told again, for a while: a tenant's new activation starts its watchers over.
/// </summary>
/// <param name="tenant">The tenant.</param>
/// <param name="update">Makes the update of the changed samples.</param>
internal sealed class EntryPublisher(Func<ITenantGrain> tenant, Func<IReadOnlyList<SampleStatus>, EntryUpdate> update)
{
    private const int Tries = 10;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<int, SampleStatus> _samples = [];
    private bool _dirty;
    private bool _telling;

    /// <summary>Tells soon of a sample, and of the entry in any case.</summary>
    public void Tell(SampleStatus? sample)
    {
        _dirty = true;
        if (sample is not null) _samples[sample.SampleIndex] = sample;
        if (!_telling) _ = TellAsync();
    }

    private async Task TellAsync()
    {
        _telling = true;
        CallerContext.ActForCluster();
        try
        {
            // Whatever else happens in this moment is told along.
            await Task.Yield();
            for (int failures = 0; _dirty && failures < Tries;)
            {
                _dirty = false;
                SampleStatus[] samples = [.. _samples.Values];
                _samples.Clear();
                EntryUpdate told = update(samples);
                try
                {
                    await tenant().Publish(told);
                    failures = 0;
                }
                catch (Exception)
                {
                    failures++;
                    _dirty = true;
                    foreach (SampleStatus sample in samples) _samples.TryAdd(sample.SampleIndex, sample);
                    await Task.Delay(Pause);
                }
            }
        }
        finally
        {
            _telling = false;
        }
    }
}
