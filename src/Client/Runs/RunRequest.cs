using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>What the user asks for, apart from where it goes.</summary>
/// <param name="Input">What is read.</param>
/// <param name="Options">The knobs of the method.</param>
/// <param name="Machine">What the work may use.</param>
/// <param name="SetSize">Samples of the whole set.</param>
/// <param name="Seed">The seed of the whole set.</param>
/// <param name="Indices">The samples of the set to make now, in this order.</param>
/// <param name="Flow">The network that finds movement; null: none.</param>
internal sealed record RunRequest(
    InputRequest Input, MethodOptions Options, MachineRequest Machine, int SetSize, ulong Seed, IReadOnlyList<int> Indices, FlowNetwork? Flow = null)
{
    /// <summary>A request for a whole set.</summary>
    public static RunRequest WholeSet(
        InputRequest input, MethodOptions options, MachineRequest machine, int samples, ulong seed, FlowNetwork? flow = null) =>
        new(input, options, machine, samples, seed, [.. Enumerable.Range(0, samples)], flow);
}
