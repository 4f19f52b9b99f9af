using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>
/// The operations of the CPU and of devices on host memory, for tests that both must pass. Engines may differ in the matches of approximate
/// searches and by 1 in rounded values; each engine always repeats its results.
/// </summary>
internal interface IKernelEngine
{
    /// <summary>Resizes like <see cref="Resampler.Resize{T}"/>.</summary>
    Volume<byte> Resize(Volume<byte> source, Extent output, Scale scale, Workers workers);

    /// <summary>Creates the search for <paramref name="method"/>.</summary>
    IPatchSearch<byte> Search(SearchMethod method);

    /// <summary>Votes like <see cref="PatchVoting.Vote{T}"/>.</summary>
    void Vote(Volume<byte> values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume<byte> output, Workers workers);
}

/// <summary>The CPU, with the widest available vectors.</summary>
internal sealed class CpuEngine : IKernelEngine
{
    public Volume<byte> Resize(Volume<byte> source, Extent output, Scale scale, Workers workers) => Resampler.Resize(source, output, scale, workers);

    public IPatchSearch<byte> Search(SearchMethod method) => PatchSearches.Create<byte>(method);

    public void Vote(Volume<byte> values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume<byte> output, Workers workers) =>
        PatchVoting.Vote(values, field, patch, rule, output, workers);
}
