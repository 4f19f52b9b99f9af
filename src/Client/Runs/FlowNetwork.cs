using Vgpnn.Kernels.Networks.Raft;
using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Weights;

namespace Vgpnn.Client.Runs;

/// <summary>A network that finds movement, with weights that the user has.</summary>
/// <param name="Path">Where the weights lie.</param>
/// <param name="Sha256">Hash of that file.</param>
/// <param name="Flow">The network.</param>
internal sealed record FlowNetwork(string Path, string Sha256, RaftFlow Flow)
{
    /// <summary>What messages and manifests call it.</summary>
    public string Name => Flow.Size == RaftSize.Small ? "raft-small" : "raft-large";

    /// <summary>Loads RAFT; which of the two networks it is, the weights tell.</summary>
    /// <param name="path">The file of weights.</param>
    /// <param name="sha256">The hash that it must have; null: any.</param>
    /// <exception cref="VgpnnException">The weights cannot be used.</exception>
    public static FlowNetwork Load(string path, string? sha256 = null)
    {
        using WeightFile file = WeightFile.Open(path, sha256);
        return new FlowNetwork(path, file.Sha256, new RaftFlow(file));
    }
}
