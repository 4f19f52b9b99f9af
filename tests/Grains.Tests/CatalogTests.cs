using System.Globalization;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>Lists of a tenant's requests and videos.</summary>
public class CatalogTests
{
    [Fact]
    public async Task Two_thousand_rows_are_listed_newest_first_without_gaps()
    {
        ICatalogGrain catalog = await NewAsync();
        long[] places = await AddAsync(catalog, 2_000);
        Assert.Equal(2_000, places.Distinct().Count());
        IReadOnlyList<PlacedRow> all = await AllAsync(catalog, new CatalogQuery { Limit = 37 });
        Assert.Equal(places.OrderDescending(), all.Select(r => r.Place));
        Assert.Equal(2_000, all.Select(r => r.Row.Id).Distinct().Count());
    }

    [Fact]
    public async Task Rows_are_found_by_state_kind_text_and_age()
    {
        ICatalogGrain catalog = await NewAsync();
        await AddAsync(catalog, 600, i => new CatalogRow
        {
            Id = $"{i:D4}",
            Text = i % 100 == 0 ? $"Blue Fish {i}.mp4" : $"clip {i}.mp4",
            State = i % 2 == 0 ? "succeeded" : "active",
            Kind = i % 3 == 0 ? "retargeting" : "generation",
            Ended = i % 2 == 0 ? i : null,
        });
        Assert.Equal(6, (await AllAsync(catalog, new CatalogQuery { Search = "fish blue", Limit = 2 })).Count);
        Assert.Equal(["0300"], (await AllAsync(catalog, new CatalogQuery { Search = "FISH 300" })).Select(r => r.Row.Id));
        Assert.Equal(["0123"], (await AllAsync(catalog, new CatalogQuery { Search = "0123" })).Select(r => r.Row.Id));
        Assert.Empty((await catalog.List(new CatalogQuery { Search = "fish nowhere" })).Rows);
        Assert.Equal(300, (await AllAsync(catalog, new CatalogQuery { State = "active" })).Count);
        Assert.Equal(100, (await AllAsync(catalog, new CatalogQuery { State = "active", Kind = "retargeting" })).Count);
        Assert.Equal(5, (await AllAsync(catalog, new CatalogQuery { EndedBefore = 10 })).Count);
    }

    [Fact]
    public async Task Updated_row_changes_where_it_is_and_nowhere_else()
    {
        ICatalogGrain catalog = await NewAsync();
        long[] places = await AddAsync(catalog, 10);
        await catalog.Update(places[3], Row(3) with { State = "failed" });
        await catalog.Update(places[4], Row(3) with { State = "failed" });
        await catalog.Update(9_999, Row(3) with { State = "failed" });
        Assert.Equal([places[3]], (await AllAsync(catalog, new CatalogQuery { State = "failed" })).Select(r => r.Place));
        Assert.Equal(10, (await AllAsync(catalog)).Count);
    }

    [Fact]
    public async Task Row_added_again_stays_once()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        ICatalogGrain catalog = await NewAsync();
        await AddAsync(catalog, 300);
        long[] places = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => catalog.Add(Row(300))));
        Assert.Single(places.Distinct());
        await cluster.DeactivateAsync(catalog);
        Assert.Equal(places[0], await catalog.Add(Row(300)));
        Assert.Equal(301, (await AllAsync(catalog)).Count);
    }

    [Theory]
    [InlineData(StorageFault.FailBefore)]
    [InlineData(StorageFault.LoseAnswer)]
    public async Task Row_whose_writing_failed_is_there_once_after_a_repetition(object fault)
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        ICatalogGrain catalog = await NewAsync();
        string tenant = GrainKeys.TenantOf(catalog.GetPrimaryKeyString());
        await AddAsync(catalog, 3);
        using (cluster.StorageFaults.Inject("catalog-chunk", tenant, (StorageFault)fault, times: 5))
        using (cluster.CallFaults.Inject("ICatalogChunkGrain.Add", tenant, CallFault.LoseReply, times: 1))
            await Assert.ThrowsAsync<TimeoutException>(() => catalog.Add(Row(3)));
        long place = await catalog.Add(Row(3));
        Assert.Equal(place, (await AllAsync(catalog)).Single(r => r.Row.Id == "0003").Place);
        await catalog.Remove(place, "0003");
        Assert.Equal(3, (await AllAsync(catalog)).Count);
    }

    [Fact]
    public async Task Removal_by_an_old_place_never_removes_another_row()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        ICatalogGrain catalog = await NewAsync();
        var places = new List<long>();
        foreach (int i in Enumerable.Range(0, 5)) places.Add(await catalog.Add(Row(i)));
        await catalog.Remove(places[4], "0004");
        await cluster.DeactivateAsync(catalog);
        long reused = await catalog.Add(Row(5));
        Assert.Equal(places[4], reused);
        await catalog.Remove(places[4], "0004");
        await catalog.Update(places[4], Row(4));
        await catalog.Remove(reused, "0003");
        Assert.Equal(["0005", "0003", "0002", "0001", "0000"], (await AllAsync(catalog)).Select(r => r.Row.Id));
    }

    [Fact]
    public async Task Removals_and_additions_at_once_keep_exactly_the_rows_that_are_left()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        ICatalogGrain catalog = await NewAsync();
        long[] places = await AddAsync(catalog, 1_500);
        var random = new Random(3);
        int[] removed = [.. Enumerable.Range(0, 1_500).Where(i => i % 50 != 7)];
        random.Shuffle(removed);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 24 };
        Task listing = ListWhileAsync();
        await Parallel.ForEachAsync(removed, options, async (i, _) => await catalog.Remove(places[i], Row(i).Id));
        await Parallel.ForEachAsync(Enumerable.Range(1_500, 300), options, async (i, _) => await catalog.Add(Row(i)));
        await listing;
        string[] expected = [.. Enumerable.Range(0, 1_500).Where(i => i % 50 == 7).Concat(Enumerable.Range(1_500, 300)).Select(i => Row(i).Id).Order(StringComparer.Ordinal)];
        Assert.Equal(expected, (await AllAsync(catalog)).Select(r => r.Row.Id).Order(StringComparer.Ordinal));
        await cluster.DeactivateAsync(catalog);
        Assert.Equal(expected, (await AllAsync(catalog)).Select(r => r.Row.Id).Order(StringComparer.Ordinal));

        // Few rows are kept in few parts.
        Assert.InRange(cluster.Storage.Count("catalog-chunk", catalog.GetPrimaryKeyString()), 1, 5);

        async Task ListWhileAsync()
        {
            // During removals, remaining rows are never missing, and none is listed twice.
            for (int round = 0; round < 20; round++)
            {
                string[] listed = [.. (await AllAsync(catalog, new CatalogQuery { Limit = 100 })).Select(r => r.Row.Id)];
                Assert.Equal(listed.Distinct(), listed);
                Assert.Empty(Enumerable.Range(0, 1_500).Where(i => i % 50 == 7).Select(i => Row(i).Id).Except(listed));
            }
        }
    }

    [Fact]
    public async Task Merge_that_breaks_off_shows_no_row_twice_and_brings_none_back()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        ICatalogGrain catalog = await NewAsync();
        string key = catalog.GetPrimaryKeyString();
        long[] places = await AddAsync(catalog, 600);
        foreach (int i in Enumerable.Range(0, 200)) await catalog.Remove(places[i], Row(i).Id);
        using (cluster.StorageFaults.Inject("catalog", key, StorageFault.FailBefore))
        {
            // The rows of the middle part are copied into the first one, but the list of parts cannot be written.
            foreach (int i in Enumerable.Range(256, 226)) await catalog.Remove(places[i], Row(i).Id);
            await Until.HoldsAsync("the merge has begun", () => cluster.Storage.Read("catalog-chunk", $"{key}/0")!.Contains("\"0500\"", StringComparison.Ordinal));
        }

        await cluster.DeactivateAsync(catalog);
        int[] left = [.. Enumerable.Range(200, 56).Concat(Enumerable.Range(482, 118))];
        await AssertRowsAsync(left);
        foreach (int i in Enumerable.Range(490, 22)) await catalog.Remove(places[i], Row(i).Id);
        await Until.HoldsAsync("the merge is done", () => cluster.Storage.Read("catalog-chunk", $"{key}/1") is null);
        await AssertRowsAsync(left.Where(i => i is < 490 or > 511));

        async Task AssertRowsAsync(IEnumerable<int> expected)
        {
            IReadOnlyList<PlacedRow> rows = await AllAsync(catalog);
            Assert.Equal(rows.Select(r => r.Place).Distinct().OrderDescending(), rows.Select(r => r.Place));
            Assert.Equal(expected.Select(i => Row(i).Id), rows.Select(r => r.Row.Id).Order(StringComparer.Ordinal));
        }
    }

    private static async Task<ICatalogGrain> NewAsync()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        return cluster.Grains.Catalog(Tenants.TenantIds.Of(GrainCluster.NewName("catalog")), CatalogKinds.Requests);
    }

    private static CatalogRow Row(int i) => new() { Id = i.ToString("D4", CultureInfo.InvariantCulture), Text = $"clip {i}", State = "active" };

    private static async Task<long[]> AddAsync(ICatalogGrain catalog, int count, Func<int, CatalogRow>? row = null)
    {
        // In order, with several calls under way at once.
        var places = new List<long>();
        foreach (int[] some in Enumerable.Range(0, count).Chunk(64)) places.AddRange(await Task.WhenAll(some.Select(i => catalog.Add((row ?? Row)(i)))));
        return [.. places];
    }

    private static async Task<IReadOnlyList<PlacedRow>> AllAsync(ICatalogGrain catalog, CatalogQuery? query = null)
    {
        var rows = new List<PlacedRow>();
        for (CatalogPage page = await catalog.List(query ?? new CatalogQuery()); ; page = await catalog.List((query ?? new CatalogQuery()) with { Before = page.Next }))
        {
            rows.AddRange(page.Rows);
            if (!page.More) return rows;
        }
    }
}
