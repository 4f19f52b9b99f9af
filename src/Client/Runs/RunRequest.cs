using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>A requested run, without its output.</summary>
/// <param name="Input">The inputs.</param>
/// <param name="Options">The options of the method.</param>
/// <param name="Machine">Resources that the run may use.</param>
/// <param name="SetSize">Number of samples of the whole set.</param>
/// <param name="Seed">The seed of the whole set.</param>
/// <param name="Indices">Indices of the samples to make, in this order.</param>
/// <param name="Flow">The optical-flow network; <c>null</c> for none.</param>
internal sealed record RunRequest(
    InputRequest Input, MethodOptions Options, MachineRequest Machine, int SetSize, ulong Seed, IReadOnlyList<int> Indices, FlowNetwork? Flow = null)
{
    /// <summary>Creates a request for all samples of a set.</summary>
    public static RunRequest WholeSet(
        InputRequest input, MethodOptions options, MachineRequest machine, int samples, ulong seed, FlowNetwork? flow = null) =>
        new(input, options, machine, samples, seed, [.. Enumerable.Range(0, samples)], flow);
}
