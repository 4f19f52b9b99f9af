using Vgpnn.Kernels.OpenCl;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>A device: everything is copied there and back again.</summary>
internal sealed class DeviceHostEngine(OpenClEngine engine) : IKernelEngine
{
    public Volume<byte> Resize(Volume<byte> source, Extent output, Scale scale, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(workers);
        using Lock.Scope only = engine.Session.Enter();
        var target = new Volume<byte>(output, source.Channels);
        using DeviceVolume from = engine.Upload(source);
        using DeviceVolume to = engine.Resize(from, output, scale);
        engine.Download(to, [target], workers.Cancellation);
        return target;
    }

    public IPatchSearch<byte> Search(SearchMethod method) => new HostSearch(engine, method);

    public void Vote(Volume<byte> values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume<byte> output, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(workers);
        using Lock.Scope only = engine.Session.Enter();
        using DeviceVolume from = engine.Upload(values);
        using DeviceField matches = engine.Field(output.Extent, values.Extent, patch);
        engine.Session.Write<uint>(matches.Places, field.Places);
        using DeviceVolume to = engine.Allocate(output.Extent);
        engine.Vote(from, matches, rule, to);
        engine.Download(to, [output], workers.Cancellation);
    }

    private sealed class HostSearch(OpenClEngine engine, SearchMethod method) : IPatchSearch<byte>
    {
        public void Search(SearchTask<byte> task, Workers workers)
        {
            ArgumentNullException.ThrowIfNull(task);
            ArgumentNullException.ThrowIfNull(workers);
            task.Validate();
            using Lock.Scope only = engine.Session.Enter();
            NearestNeighbourField field = task.Field;
            using DeviceVolume query = engine.Upload(task.Query), keys = engine.Upload(task.Keys);
            using DeviceField matches = engine.Field(task.Query.Extent, task.Keys.Extent, task.Patch);
            using DeviceWeights? weights = task.KeyWeights is null ? null : engine.Weights(task.KeyWeights, task.Keys.Extent, task.Patch);
            using DeviceSeeds seeds = engine.Seeds([task.Seed]);
            if (task.Iteration > 0) engine.Session.Write<uint>(matches.Places, field.Places);
            var search = new DeviceSearch
            {
                Query = query,
                Keys = keys,
                Field = matches,
                Weights = weights,
                Channels = task.Query.Channels,
                Iteration = task.Iteration,
                Seeds = seeds,
                Cancellation = workers.Cancellation,
            };
            if (method == SearchMethod.Exhaustive) engine.Exhaustive(search);
            else engine.JumpFlood(search);
            engine.Session.Read(matches.Places, field.Places.AsSpan(), workers.Cancellation);
            var distances = new uint[field.Distances.Length];
            engine.Session.Read(matches.Distances, distances.AsSpan(), workers.Cancellation);
            for (int i = 0; i < distances.Length; i++)
                field.Distances[i] = task.KeyWeights is null ? distances[i] : distances[i] * task.KeyWeights[field.LinearMatch(i)];
            task.Progress?.Invoke(1);
        }

        public double Evaluations(long queryPatches, long keyPatches, int iteration) =>
            method == SearchMethod.Exhaustive ? (double)queryPatches * keyPatches : OpenClEngine.Evaluations(queryPatches, iteration);

        // In the process's memory; what the device holds is counted there.
        public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels, int iteration) =>
            (keys.Count * 2 * sizeof(uint)) + (query.PatchGrid(patch).Count * sizeof(uint));
    }
}
