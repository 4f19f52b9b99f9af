using System.Collections.Immutable;
using System.Globalization;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Dispatch;
using Vgpnn.Grains.Storage;

namespace Vgpnn.Grains.Catalog;

/// <summary>A list's stored state: its parts, oldest first.</summary>
internal sealed record CatalogData
{
    /// <summary>The parts.</summary>
    public ImmutableList<CatalogPart> Parts { get; init; } = [];
}

/// <summary>A part of a list: the rows from a place up to the next part's.</summary>
/// <param name="Number">Its number.</param>
/// <param name="First">Its first place.</param>
internal sealed record CatalogPart(int Number, long First);

/// <inheritdoc cref="ICatalogGrain"/>
[Reentrant, PreferredRole("api")]
internal sealed class CatalogGrain([PersistentState("catalog")] IPersistentState<CatalogData> storage) : Grain, ICatalogGrain
{
    /// <summary>Rows of a part.</summary>
    internal const int PartSize = 256;

    /// <summary>A part with fewer rows is merged into the one before, if both fit.</summary>
    private const int Sparse = 64;

    /// <summary>Parts that one call looks at; a search that found too little goes on with the next page.</summary>
    private const int PartsPerCall = 32;

    private readonly GroupCommit<CatalogData> _data = new(storage);
    private readonly Dictionary<string, long> _recent = [];
    private Task? _opened;
    private long _next;

    private CatalogData Data => _data.State;

    public async Task<long> Add(CatalogRow row)
    {
        await OpenAsync();
        if (_recent.TryGetValue(row.Id, out long known)) return known;
        long place = _next++;
        _recent.Add(row.Id, place);
        try
        {
            if (Data.Parts.Count == 0 || place - Data.Parts[^1].First >= PartSize)
            {
                await _data.ChangeAsync(data => data.Parts.Count > 0 && place - data.Parts[^1].First < PartSize ? data
                    : data with { Parts = data.Parts.Add(new CatalogPart(data.Parts.Count == 0 ? 0 : data.Parts[^1].Number + 1, place)) });
            }

            await Part(place).Add([new PlacedRow(place, row)]);
            return place;
        }
        catch
        {
            _recent.Remove(row.Id);
            throw;
        }
    }

    public async Task Update(long place, CatalogRow row)
    {
        if (Data.Parts.Count > 0) await Part(place).Update(new PlacedRow(place, row));
    }

    public async Task Remove(long place, string id)
    {
        await OpenAsync();
        _recent.Remove(id);
        if (Data.Parts.Count == 0) return;
        CatalogPart part = PartOf(place);
        int left = await Chunk(part).Remove(place, id);
        if (left < Sparse && part != Data.Parts[^1]) await CompactAsync(part, left);
    }

    public async Task<CatalogPage> List(CatalogQuery query)
    {
        string[] words = (query.Search ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int limit = Math.Clamp(query.Limit, 1, PartSize);
        var found = new List<PlacedRow>();
        long before = query.Before ?? long.MaxValue;
        CatalogPart[] parts = [.. Data.Parts.Where(p => p.First < before).Reverse()];
        foreach (CatalogPart part in parts.Take(PartsPerCall))
        {
            foreach (PlacedRow placed in (await Chunk(part).Read()).Reverse())
            {
                if (placed.Place >= before || !Matches(placed.Row, query, words)) continue;
                if (found.Count == limit) return new CatalogPage(found, true, found[^1].Place);
                found.Add(placed);
            }
        }

        return parts.Length > PartsPerCall
            ? new CatalogPage(found, true, parts[PartsPerCall - 1].First)
            : new CatalogPage(found, false, 0);
    }

    private static bool Matches(CatalogRow row, CatalogQuery query, string[] words) =>
        (query.State is null || row.State == query.State)
        && (query.Kind is null || row.Kind == query.Kind)
        && (query.EndedBefore is null || row.Ended < query.EndedBefore)
        && words.All(w => row.Text.Contains(w, StringComparison.OrdinalIgnoreCase) || row.Id == w);

    private Task OpenAsync()
    {
        if (_opened is null || _opened.IsFaulted) _opened = ReadAsync();
        return _opened;

        async Task ReadAsync()
        {
            if (Data.Parts.Count == 0) return;
            _next = Data.Parts[^1].First;
            foreach (CatalogPart part in Data.Parts.TakeLast(2))
            {
                foreach (PlacedRow placed in await Chunk(part).Read())
                {
                    _recent[placed.Row.Id] = placed.Place;
                    _next = Math.Max(_next, placed.Place + 1);
                }
            }
        }
    }

    private async Task CompactAsync(CatalogPart part, int left)
    {
        int at = Data.Parts.IndexOf(part);
        if (at < 0 || (left > 0 && at == 0)) return;
        if (left > 0)
        {
            IReadOnlyList<PlacedRow> rows = await Chunk(part).Read(), before = await Chunk(Data.Parts[at - 1]).Read();
            if (rows.Count + before.Count > PartSize) return;
            await Chunk(Data.Parts[at - 1]).Add(rows);
        }

        await _data.ChangeAsync(data => data with { Parts = data.Parts.Remove(part) });
        await Chunk(part).Clear();
    }

    private CatalogPart PartOf(long place) => Data.Parts.LastOrDefault(p => p.First <= place) ?? Data.Parts[0];

    private ICatalogChunkGrain Part(long place) => Chunk(PartOf(place));

    private ICatalogChunkGrain Chunk(CatalogPart part) =>
        GrainFactory.GetGrain<ICatalogChunkGrain>(string.Create(CultureInfo.InvariantCulture, $"{this.GetPrimaryKeyString()}/{part.Number}"));
}

/// <summary>A part's stored state.</summary>
internal sealed record CatalogChunkData
{
    /// <summary>Its rows by their places.</summary>
    public ImmutableSortedDictionary<long, CatalogRow> Rows { get; init; } = ImmutableSortedDictionary<long, CatalogRow>.Empty;
}

/// <inheritdoc cref="ICatalogChunkGrain"/>
[Reentrant, PreferredRole("api")]
internal sealed class CatalogChunkGrain([PersistentState("catalog-chunk")] IPersistentState<CatalogChunkData> storage) : Grain, ICatalogChunkGrain
{
    private readonly GroupCommit<CatalogChunkData> _data = new(storage);

    public Task Add(IReadOnlyList<PlacedRow> rows) =>
        _data.ChangeAsync(data => data with { Rows = data.Rows.SetItems(rows.Select(r => KeyValuePair.Create(r.Place, r.Row))) });

    public Task Update(PlacedRow row) => _data.ChangeAsync(data =>
        data.Rows.TryGetValue(row.Place, out CatalogRow? there) && there.Id == row.Row.Id && there != row.Row
            ? data with { Rows = data.Rows.SetItem(row.Place, row.Row) }
            : data);

    public Task<int> Remove(long place, string id) => _data.ChangeAsync<int>(data =>
    {
        bool there = data.Rows.TryGetValue(place, out CatalogRow? row) && row.Id == id;
        CatalogChunkData next = there ? data with { Rows = data.Rows.Remove(place) } : data;
        return (next, next.Rows.Count);
    });

    public Task<IReadOnlyList<PlacedRow>> Read() =>
        Task.FromResult<IReadOnlyList<PlacedRow>>([.. _data.State.Rows.Select(r => new PlacedRow(r.Key, r.Value))]);

    public async Task Clear()
    {
        await _data.ClearAsync();
        DeactivateOnIdle();
    }
}
