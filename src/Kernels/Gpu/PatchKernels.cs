using Vgpnn.Kernels.Gpu.Kernels;
using Vgpnn.Kernels.Gpu.Shapes;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Gpu;

/// <summary>The kernels that depend on a patch size and a group shape, in all variants.</summary>
internal abstract class PatchKernels
{
    private static readonly Type[] Numbers =
    [
        typeof(N1), typeof(N2), typeof(N3), typeof(N4), typeof(N5), typeof(N6), typeof(N7), typeof(N8), typeof(N9), typeof(N10), typeof(N11),
        typeof(N12), typeof(N13), typeof(N14), typeof(N15),
    ];

    /// <summary>Maximum side of a patch.</summary>
    public static int MaxSide => Numbers.Length;

    /// <summary>Columns of a group.</summary>
    public abstract int GroupW { get; }

    /// <summary>Rows of a group.</summary>
    public abstract int GroupH { get; }

    /// <summary>Voxels in a group's shared-memory tile.</summary>
    public abstract int Tile { get; }

    /// <summary>All kernels, for tests that compile each of them.</summary>
    public abstract IEnumerable<Kernel> All { get; }

    public abstract Kernel<SearchArguments> Start(bool weighted, bool measured);

    public abstract Kernel<SearchArguments> Pass(bool weighted, bool measured);

    public abstract Kernel<SearchArguments> Exhaustive(bool weighted, bool measured);

    public abstract Kernel<SearchArguments> Wide(bool weighted, bool wideKeys, bool measured);

    public abstract Kernel<DescribeArguments> DescribeKeys { get; }

    public abstract Kernel<CompareArguments> Compare { get; }

    public abstract Kernel<LeadArguments> Lead(bool weighted, bool measured);

    public abstract Kernel<VoteArguments> Median(bool masked);

    public abstract Kernel<VoteArguments> Mean(bool masked);

    /// <summary>Creates the kernels for a patch size without compiling them.</summary>
    /// <param name="patch">1 to <see cref="MaxSide"/> along each axis.</param>
    /// <param name="group">A type that implements <see cref="IGroup"/>.</param>
    public static PatchKernels Create(Extent patch, Type group)
    {
        if (Math.Max(patch.T, Math.Max(patch.H, patch.W)) > MaxSide)
            throw new ArgumentOutOfRangeException(nameof(patch), $"a patch of {patch} exceeds the maximum side of {MaxSide}");
        Type shape = typeof(Patch<,,>).MakeGenericType(Numbers[patch.T - 1], Numbers[patch.H - 1], Numbers[patch.W - 1]);
        return (PatchKernels)Activator.CreateInstance(typeof(PatchKernels<,>).MakeGenericType(shape, group))!;
    }
}

/// <inheritdoc cref="PatchKernels"/>
internal sealed class PatchKernels<TPatch, TGroup> : PatchKernels
    where TPatch : struct, IPatch
    where TGroup : struct, IGroup
{
    // The variants, ordered by their flags as bits.
    private readonly Kernel<SearchArguments>[] _starts =
    [
        new("search_start", SearchKernels.Start<TPatch, TGroup, No, No>), new("search_start", SearchKernels.Start<TPatch, TGroup, Yes, No>),
        new("search_start", SearchKernels.Start<TPatch, TGroup, No, Yes>), new("search_start", SearchKernels.Start<TPatch, TGroup, Yes, Yes>),
    ];

    private readonly Kernel<SearchArguments>[] _passes =
    [
        new("jump_flood", SearchKernels.Pass<TPatch, TGroup, No, No>), new("jump_flood", SearchKernels.Pass<TPatch, TGroup, Yes, No>),
        new("jump_flood", SearchKernels.Pass<TPatch, TGroup, No, Yes>), new("jump_flood", SearchKernels.Pass<TPatch, TGroup, Yes, Yes>),
    ];

    private readonly Kernel<SearchArguments>[] _exhaustives =
    [
        new("exhaustive", ExhaustiveKernels.Exhaustive<TPatch, TGroup, No, No>), new("exhaustive", ExhaustiveKernels.Exhaustive<TPatch, TGroup, Yes, No>),
        new("exhaustive", ExhaustiveKernels.Exhaustive<TPatch, TGroup, No, Yes>), new("exhaustive", ExhaustiveKernels.Exhaustive<TPatch, TGroup, Yes, Yes>),
    ];

    private readonly Kernel<SearchArguments>[] _wides =
    [
        new("exhaustive_wide", ExhaustiveKernels.Wide<TPatch, TGroup, No, No, No>), new("exhaustive_wide", ExhaustiveKernels.Wide<TPatch, TGroup, Yes, No, No>),
        new("exhaustive_wide", ExhaustiveKernels.Wide<TPatch, TGroup, No, Yes, No>), new("exhaustive_wide", ExhaustiveKernels.Wide<TPatch, TGroup, Yes, Yes, No>),
        new("exhaustive_wide", ExhaustiveKernels.Wide<TPatch, TGroup, No, No, Yes>), new("exhaustive_wide", ExhaustiveKernels.Wide<TPatch, TGroup, Yes, No, Yes>),
        new("exhaustive_wide", ExhaustiveKernels.Wide<TPatch, TGroup, No, Yes, Yes>), new("exhaustive_wide", ExhaustiveKernels.Wide<TPatch, TGroup, Yes, Yes, Yes>),
    ];

    private readonly Kernel<LeadArguments>[] _leads =
    [
        new("search_index", IndexKernels.Lead<TPatch, TGroup, No, No>), new("search_index", IndexKernels.Lead<TPatch, TGroup, Yes, No>),
        new("search_index", IndexKernels.Lead<TPatch, TGroup, No, Yes>), new("search_index", IndexKernels.Lead<TPatch, TGroup, Yes, Yes>),
    ];

    private readonly Kernel<VoteArguments>[] _medians =
        [new("vote_median", VoteKernels.Median<TPatch, TGroup, No>), new("vote_median", VoteKernels.Median<TPatch, TGroup, Yes>)];

    private readonly Kernel<VoteArguments>[] _means =
        [new("vote_mean", VoteKernels.Mean<TPatch, TGroup, No>), new("vote_mean", VoteKernels.Mean<TPatch, TGroup, Yes>)];

    public override int GroupW => TGroup.W;

    public override int GroupH => TGroup.H;

    public override int Tile => Tile<TPatch, TGroup>.Count;

    public override IEnumerable<Kernel> All =>
        [.. _starts, .. _passes, .. _exhaustives, .. _wides, .. _medians, .. _means, .. _leads, DescribeKeys, Compare];

    public override Kernel<SearchArguments> Start(bool weighted, bool measured) => _starts[Bits(weighted, measured)];

    public override Kernel<SearchArguments> Pass(bool weighted, bool measured) => _passes[Bits(weighted, measured)];

    public override Kernel<SearchArguments> Exhaustive(bool weighted, bool measured) => _exhaustives[Bits(weighted, measured)];

    public override Kernel<SearchArguments> Wide(bool weighted, bool wideKeys, bool measured) => _wides[Bits(weighted, measured, wideKeys)];

    public override Kernel<DescribeArguments> DescribeKeys { get; } = new("describe_keys", IndexKernels.DescribeKeys<TPatch>);

    public override Kernel<CompareArguments> Compare { get; } = new("compare", ShapingKernels.Compare<TPatch>);

    public override Kernel<LeadArguments> Lead(bool weighted, bool measured) => _leads[Bits(weighted, measured)];

    public override Kernel<VoteArguments> Median(bool masked) => _medians[Bits(masked)];

    public override Kernel<VoteArguments> Mean(bool masked) => _means[Bits(masked)];

    private static int Bits(bool first, bool second = false, bool third = false) => (first ? 1 : 0) | (second ? 2 : 0) | (third ? 4 : 0);
}

/// <summary>The kernels that do not depend on the patch size.</summary>
internal sealed class FlatKernels
{
    public Kernel<TransferArguments> Pack { get; } = new("pack", ResampleKernels.Pack);

    public Kernel<TransferArguments> Unpack { get; } = new("unpack", ResampleKernels.Unpack);

    public Kernel<ResampleArguments> Time { get; } = new("resample_time", ResampleKernels.Time);

    public Kernel<ResampleArguments> Rows { get; } = new("resample_rows", ResampleKernels.Rows);

    public Kernel<ResampleArguments> Columns { get; } = new("resample_columns", ResampleKernels.Columns);

    public Kernel<FieldArguments> CompletenessWeights { get; } = new("completeness_weights", FieldKernels.CompletenessWeights);

    public Kernel<FieldArguments> Sum { get; } = new("sum_distances", FieldKernels.Sum<WideGroup>);

    /// <summary>Variant for the simulator.</summary>
    public Kernel<FieldArguments> SmallSum { get; } = new("sum_distances", FieldKernels.Sum<PairGroup>);

    public Kernel<FrameArguments> Frames { get; } = new("copy_frames", ShapingKernels.Frames);

    public Kernel<BoxArguments> Part { get; } = new("copy_part", ShapingKernels.Part);

    public Kernel<BoxArguments> Merge { get; } = new("merge", ShapingKernels.Merge);

    public Kernel<BoxArguments> Join { get; } = new("join", ShapingKernels.Join);

    public Kernel<FieldResizeArguments> ResizeField { get; } = new("resize_field", ShapingKernels.ResizeField);

    public Kernel<PeakArguments> Peak { get; } = new("peak", FieldKernels.Peak);

    /// <summary>All kernels, for tests that compile each of them.</summary>
    public IEnumerable<Kernel> All => [Pack, Unpack, Time, Rows, Columns, CompletenessWeights, Sum, SmallSum, Frames, Part, Merge, Join, ResizeField, Peak];
}
