using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Threading;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Search;

/// <summary>A PatchMatch search over a large field can be interrupted after every step, including initialisation.</summary>
public class InterruptedSearchTests
{
    private static readonly Extent Patch = new(1, 3, 3), Size = new(4, 503, 503);

    [Fact]
    public void Large_search_resumes_after_any_step_with_the_same_result()
    {
        Volume<byte> query = RandomVolume.Noise<byte>(Size, 3, 1), keys = RandomVolume.Noise<byte>(new Extent(3, 40, 60), 3, 2);
        var kept = new Dictionary<int, uint[]>();
        NearestNeighbourField whole = Search(0, null, (done, field) => kept[done] = field.StoredPositions(0, field.Distances.Length).ToArray());

        // Four frames of initialisation and six passes; nothing is left to resume after the last.
        Assert.Equal(Enumerable.Range(1, 9), kept.Keys.Order());
        foreach (int done in (int[])[1, 3, 4, 5])
        {
            NearestNeighbourField resumed = Search(done, kept[done], (_, _) => { });
            Assert.Equal(whole.Distances, resumed.Distances);
            Assert.Equal(whole.StoredPositions(0, whole.Distances.Length), resumed.StoredPositions(0, resumed.Distances.Length));
        }

        NearestNeighbourField Search(int done, uint[]? positions, Action<int, NearestNeighbourField> passed)
        {
            var field = new NearestNeighbourField(query.Extent, keys.Extent, Patch);
            if (positions is not null) Assert.True(field.TryRestorePositions(0, positions));
            var task = new SearchTask<byte> { Query = query, Keys = keys, Patch = Patch, Field = field, Seed = 5, StepsDone = done, StepCompleted = d => passed(d, field) };
            PatchSearches.Create<byte>(SearchMethod.PatchMatch).Search(task, new Workers(2));
            return field;
        }
    }

    [Fact]
    public void Stored_positions_without_a_key_patch_are_rejected()
    {
        var field = new NearestNeighbourField(new Extent(1, 3, 4), new Extent(2, 4, 5), Patch);
        Assert.True(field.TryRestorePositions(0, [0, 2]));
        Assert.Equal(2, field.LinearMatch(1));
        foreach (uint position in (uint[])[3, 15, 40, uint.MaxValue])
            Assert.False(field.TryRestorePositions(0, [position, 0]));
        Assert.Equal([0u, 2u], field.StoredPositions(0, 2).ToArray());
    }
}
