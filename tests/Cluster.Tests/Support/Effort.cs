using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Synthesis.Options;
using Vgpnn.Testing.Cluster;

namespace Vgpnn.Cluster.Tests.Support;

/// <summary>Settings by the time that a sample takes with them on one idle core.</summary>
internal static class Effort
{
    /// <summary>Some tenths of a second, of the small clip.</summary>
    public static MethodOptions Tenths { get; } = Clips.Quick with { Iterations = 6 };

    /// <summary>About two seconds, of the small clip.</summary>
    public static MethodOptions Seconds { get; } = Clips.Quick with { Iterations = 60 };

    /// <summary>Minutes, of <see cref="MinutesClipAsync"/>, whose finer levels take a minute each: no checkpoint comes soon.</summary>
    public static MethodOptions Minutes { get; } = Clips.Quick with { Iterations = 100, Search = SearchMethod.Exhaustive };

    /// <summary>The clip for <see cref="Minutes"/>.</summary>
    public static Task<byte[]> MinutesClipAsync() => Clips.MakeAsync(new Extent(12, 96, 128), 2);
}
