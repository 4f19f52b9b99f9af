using System.Text.Json;
using Vgpnn.Kernels.Matching;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Search;

/// <summary>Compares exhaustive search with stored exact matches.</summary>
public class SearchConformanceTests
{
    public static TheoryData<string> Cases => new(Vectors.Cases("03_nn/cases").Select(c => c.GetProperty("id").GetString()!));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Exhaustive_search_finds_the_exact_matches_with_any_number_of_threads(string id)
    {
        JsonElement vector = Vectors.Case("03_nn/cases", "id", id);
        Extent patch = vector.GetProperty("kernel").Extent();
        Volume<float> query = Vectors.Volume($"03_nn/{id}_q"), keys = Vectors.Volume($"03_nn/{id}_k");
        int[] index = Vectors.Array($"03_nn/{id}_index").Ints;
        double[] distances = Vectors.Array($"03_nn/{id}_dist").Values.ToArray();
        foreach (int threads in (int[])[1, 2, 3, 5])
        {
            NearestNeighbourField field = Searches.Run(SearchMethod.Exhaustive, query, keys, patch, threads);
            Assert.Equal(vector.GetProperty("q_grid").Extent(), field.QueryGrid);
            Assert.Equal(vector.GetProperty("k_grid").Extent(), field.KeyGrid);
            Assert.Equal(index, field.Matches());
            Assert.All(distances.Zip(field.Distances), d => Assert.Equal(d.First, d.Second, 1e-6 * Math.Max(1, d.First)));
        }
    }

    [Theory]
    [InlineData("related")]
    [InlineData("unrelated")]
    public void Exhaustive_search_finds_the_exact_matches_of_a_larger_clip(string set)
    {
        // One row of patches of the stored 6×42×58 clip: searching all 14,616 queries would take too long.
        var patch = new Extent(3, 7, 7);
        const int frame = 2, row = 20;
        Volume<float> whole = Vectors.Volume($"08_patchmatch/q_{set}_u8", bytes: true), keys = Vectors.Volume("08_patchmatch/k_u8", bytes: true);
        var query = new Volume<float>(new Extent(3, 7, 64), 3);
        for (int t = 0; t < 3; t++)
            for (int h = 0; h < 7; h++)
                whole.Row(frame + t, row + h).CopyTo(query.Row(t, h));

        NearestNeighbourField field = Searches.Run(SearchMethod.Exhaustive, query, keys, patch, threads: 2);

        const int first = ((frame * 42) + row) * 58;
        Range stored = first..(first + 58);
        Assert.Equal(Vectors.Array($"08_patchmatch/{set}_exact_index").Ints[stored], field.Matches());
        Assert.All(
            Vectors.Array($"08_patchmatch/{set}_exact_dist").Values[stored].ToArray().Zip(field.Distances),
            d => Assert.Equal(d.First, d.Second, 1e-6 * Math.Max(1, d.First)));
    }
}
