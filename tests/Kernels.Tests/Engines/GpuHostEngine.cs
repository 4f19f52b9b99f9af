using Vgpnn.Kernels.Gpu;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>A device behind the common engine interface; copies all data to the device and back.</summary>
internal sealed class GpuHostEngine(Device device) : IKernelEngine
{
    /// <inheritdoc/>
    public Volume<byte> Resize(Volume<byte> source, Extent output, Scale scale, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(workers);
        return device.Invoke(
            engine =>
            {
                var target = new Volume<byte>(output, source.Channels);
                using DeviceVolume from = engine.Upload(source);
                using DeviceVolume to = engine.Resize(from, output, scale);
                engine.Download(to, [target], workers.Cancellation);
                return target;
            },
            workers.Cancellation);
    }

    /// <inheritdoc/>
    public IPatchSearch<byte> Search(SearchMethod method) => new HostSearch(device, method);

    /// <inheritdoc/>
    public void Vote(Volume<byte> values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume<byte> output, Workers workers)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(field);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(workers);
        device.Invoke(
            engine =>
            {
                using DeviceVolume from = engine.Upload(values);
                using DeviceField matches = engine.Field(output.Extent, values.Extent, patch);
                device.Write<uint>(matches.Positions, field.Positions);
                using DeviceVolume to = engine.Allocate(output.Extent);
                engine.Vote(from, matches, rule, to);
                engine.Download(to, [output], workers.Cancellation);
            },
            workers.Cancellation);
    }

    private sealed class HostSearch(Device device, SearchMethod method) : IPatchSearch<byte>
    {
        public void Search(SearchTask<byte> task, Workers workers)
        {
            ArgumentNullException.ThrowIfNull(task);
            ArgumentNullException.ThrowIfNull(workers);
            task.Validate();
            device.Invoke(engine => Run(engine, task, workers.Cancellation), workers.Cancellation);
            task.Progress?.Invoke(1);
        }

        public double Evaluations(long queryPatches, long keyPatches, int iteration) =>
            method == SearchMethod.Exhaustive ? (double)queryPatches * keyPatches : GpuEngine.Evaluations(queryPatches, iteration);

        // Host memory only; device memory is counted by the device.
        public long WorkingBytes(Extent query, Extent keys, Extent patch, int channels, int iteration) =>
            (keys.Count * 2 * sizeof(uint)) + (query.PatchGrid(patch).Count * sizeof(uint));

        private void Run(GpuEngine engine, SearchTask<byte> task, CancellationToken cancellation)
        {
            NearestNeighbourField field = task.Field;
            using DeviceVolume query = engine.Upload(task.Query), keys = engine.Upload(task.Keys);
            using DeviceField matches = engine.Field(task.Query.Extent, task.Keys.Extent, task.Patch);
            using DeviceWeights? weights = task.KeyWeights is null ? null : engine.Weights(task.KeyWeights, task.Keys.Extent, task.Patch);
            using DeviceSeeds seeds = engine.Seeds([task.Seed]);
            if (task.Iteration > 0) device.Write<uint>(matches.Positions, field.Positions);
            var search = new DeviceSearch
            {
                Query = query,
                Keys = keys,
                Field = matches,
                Weights = weights,
                Iteration = task.Iteration,
                Seeds = seeds,
                Cancellation = cancellation,
            };
            if (method == SearchMethod.Exhaustive) engine.Exhaustive(search);
            else engine.JumpFlood(search);
            device.Read(matches.Positions, field.Positions.AsSpan());
            var distances = new uint[field.Distances.Length];
            device.Read(matches.Distances, distances.AsSpan());
            for (int i = 0; i < distances.Length; i++)
                field.Distances[i] = task.KeyWeights is null ? distances[i] : distances[i] * task.KeyWeights[field.LinearMatch(i)];
        }
    }
}
