using Vgpnn.Kernels.Networks.Raft;
using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Weights;

namespace Vgpnn.Client.Runs;

/// <summary>An optical-flow network with the user's weights.</summary>
/// <param name="Path">Path of the weights.</param>
/// <param name="Sha256">SHA-256 of the weights.</param>
/// <param name="Flow">The network.</param>
internal sealed record FlowNetwork(string Path, string Sha256, RaftFlow Flow)
{
    /// <summary>The name in messages and manifests.</summary>
    public string Name => Flow.Size == RaftSize.Small ? "raft-small" : "raft-large";

    /// <summary>Loads RAFT; the weights determine which of the two networks it is.</summary>
    /// <param name="path">The file of weights.</param>
    /// <param name="sha256">The expected hash of the file; <c>null</c> to accept any.</param>
    /// <exception cref="VgpnnException">The weights cannot be used.</exception>
    public static FlowNetwork Load(string path, string? sha256 = null)
    {
        using WeightFile file = WeightFile.Open(path, sha256);
        return new FlowNetwork(path, file.Sha256, new RaftFlow(file));
    }
}
