using Vgpnn.Kernels.Resampling;
using Vgpnn.Kernels.Threading;
using Vgpnn.Synthesis.Canvases;
using Vgpnn.Synthesis.Levels;
using Vgpnn.Synthesis.Options;
using Vgpnn.Synthesis.Planning;

namespace Vgpnn.Synthesis.Backends.Cpu;

/// <summary>Creates the CPU backend of an engine.</summary>
internal static class CpuBackend
{
    /// <summary>The backend for <see cref="MethodOptions.Engine"/>.</summary>
    public static ILevelBackend Create(RunInputs inputs) =>
        inputs.Options.Engine == Engine.Float ? Create<float>(inputs) : Create<byte>(inputs);

    private static CpuBackend<T> Create<T>(RunInputs inputs)
        where T : unmanaged => new(inputs.Plan, inputs.Options, inputs.Source.Of<T>(), Canvas.Of(inputs));
}

/// <summary>The CPU: one sample at a time on all threads.</summary>
/// <typeparam name="T">Float, or byte for the fast engine.</typeparam>
/// <param name="plan">The levels.</param>
/// <param name="options">The options of the method.</param>
/// <param name="pyramid">The levels that patches are taken from.</param>
/// <param name="canvas">The output side of a level.</param>
/// <param name="border">How the output is continued beyond its border when it is enlarged; mirrored except in comparisons with the official program.</param>
internal sealed class CpuBackend<T>(
    PyramidPlan plan, MethodOptions options, InputPyramid<T> pyramid, Canvas canvas, BorderRule border = BorderRule.Mirror) : ILevelBackend
    where T : unmanaged
{
    public PyramidPlan Plan => plan;

    public MethodOptions Options => options;

    public InputPyramid<T> Pyramid => pyramid;

    public Canvas Canvas => canvas;

    public BorderRule Border => border;

    public int BatchSize => 1;

    public int StartBatchSize => 1;

    public double Evaluations(LevelPlan level, int iteration) => PlanCost.Evaluations<T>(options, level, iteration);

    public MemoryEstimate Memory(int samples, int finest) => plan.Memory ?? CpuBuffers.Of(plan, options);

    public ILevelBatch Open(IReadOnlyList<ulong> seeds, int finest, Workers workers) => new CpuBatch<T>(this, seeds.Single(), workers);
}
