namespace Vgpnn.Kernels;

/// <summary>
/// What computes, from host memory to host memory: the operations that every engine has, whatever it computes on. Engines may differ in
/// what an approximate search finds and by 1 in what they round; each gives the same result every time.
/// </summary>
public interface IKernelEngine
{
    /// <summary>As <see cref="Resampler.Resize{T}"/>.</summary>
    Volume<byte> Resize(Volume<byte> source, Extent output, Scale scale, Workers workers);

    /// <summary>The search that does what <paramref name="method"/> says.</summary>
    IPatchSearch<byte> Search(SearchMethod method);

    /// <summary>As <see cref="Voting.Vote{T}"/>.</summary>
    void Vote(Volume<byte> values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume<byte> output, Workers workers);
}

/// <summary>The machine's processor, with whatever vectors it has.</summary>
public sealed class CpuEngine : IKernelEngine
{
    /// <inheritdoc/>
    public Volume<byte> Resize(Volume<byte> source, Extent output, Scale scale, Workers workers) => Resampler.Resize(source, output, scale, workers);

    /// <inheritdoc/>
    public IPatchSearch<byte> Search(SearchMethod method) => PatchSearch.Create<byte>(method);

    /// <inheritdoc/>
    public void Vote(Volume<byte> values, NearestNeighbourField field, Extent patch, VoteRule rule, Volume<byte> output, Workers workers) =>
        Voting.Vote(values, field, patch, rule, output, workers);
}
