using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>
/// The operations of the CPU and of devices, from host memory to host memory, for tests that both must pass. They may differ in what an approximate search
/// finds and by 1 in what they round; each gives the same result every time.
/// </summary>
internal interface IKernelEngine
{
    /// <summary>As <see cref="Resampler.Resize{T}"/>.</summary>
    Volume<byte> Resize(Volume<byte> source, Extent output, Scale scale, Workers workers);

    /// <summary>The search that does what <paramref name="method"/> says.</summary>
    IPatchSearch<byte> Search(SearchMethod method);

    /// <summary>As <see cref="PatchVoting.Vote{T}"/>.</summary>
    void Vote(Volume<byte> values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume<byte> output, Workers workers);
}

/// <summary>The CPU, with whatever vectors it has.</summary>
internal sealed class CpuEngine : IKernelEngine
{
    public Volume<byte> Resize(Volume<byte> source, Extent output, Scale scale, Workers workers) => Resampler.Resize(source, output, scale, workers);

    public IPatchSearch<byte> Search(SearchMethod method) => PatchSearches.Create<byte>(method);

    public void Vote(Volume<byte> values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume<byte> output, Workers workers) =>
        PatchVoting.Vote(values, field, patch, rule, output, workers);
}
