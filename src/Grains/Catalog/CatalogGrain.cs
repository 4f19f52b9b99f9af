using System.Collections.Immutable;
using System.Globalization;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Placement;
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
    private Dictionary<string, long> _places = new(StringComparer.Ordinal);
    private Task? _opened;
    private Task _merge = Task.CompletedTask;
    private TaskCompletionSource? _quiet;
    private int _calls;
    private long _next;

    private CatalogData Data => _data.State;

    public async Task<long> Add(CatalogRow row)
    {
        for (; ; )
        {
            await OpenAsync();

            // A row whose writing failed may be there all the same: it is written again to the same place.
            if (!_places.TryGetValue(row.Id, out long place)) _places.Add(row.Id, place = _next++);
            if (await BesideMergesAsync(() => TryAddAsync(place, row))) return place;

            // Another activation was there first.
            (_opened, _places) = (null, new Dictionary<string, long>(StringComparer.Ordinal));
        }
    }

    public async Task Update(long place, CatalogRow row)
    {
        if (Data.Parts.Count > 0) await BesideMergesAsync(() => Chunk(PartOf(place)).Update(new PlacedRow(place, row)));
    }

    public async Task Remove(long place, string id)
    {
        await OpenAsync();
        _places.Remove(id);
        if (Data.Parts.Count == 0) return;
        CatalogPart part = null!;
        int left = await BesideMergesAsync(() => Chunk(part = PartOf(place)).Remove(place, id));

        // Now and then on the way down to nothing.
        if (left < Sparse && (left & (left - 1)) == 0 && _merge.IsCompleted) _merge = MergeAsync(part);
    }

    public Task<CatalogPage> List(CatalogQuery query) => BesideMergesAsync(async () =>
    {
        string[] words = (query.Search ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int limit = Math.Clamp(query.Limit, 1, PartSize);
        var found = new List<PlacedRow>();
        long before = query.Before ?? long.MaxValue;
        CatalogPart[] parts = [.. Data.Parts.Where(p => p.First < before).Reverse()];
        foreach (CatalogPart part in parts.Take(PartsPerCall))
        {
            // Rows beyond a part are copies of the next one's, left by a merge that broke off.
            foreach (PlacedRow placed in (await Chunk(part).Read()).Reverse().SkipWhile(p => p.Place >= before))
            {
                if (!Matches(placed.Row, query, words)) continue;
                if (found.Count == limit) return new CatalogPage(found, true, found[^1].Place);
                found.Add(placed);
            }

            before = part.First;
        }

        return parts.Length > PartsPerCall ? new CatalogPage(found, true, before) : new CatalogPage(found, false, 0);
    });

    private static bool Matches(CatalogRow row, CatalogQuery query, string[] words) =>
        (query.State is null || row.State == query.State)
        && (query.Kind is null || row.Kind == query.Kind)
        && (query.EndedBefore is null || row.Ended < query.EndedBefore)
        && words.All(w => row.Text.Contains(w, StringComparison.OrdinalIgnoreCase) || row.Id == w);

    private async Task OpenAsync()
    {
        while (_opened is not { IsCompletedSuccessfully: true })
        {
            if (_opened is null or { IsCompleted: true }) _opened = ReadAsync();
            await _opened;
        }

        async Task ReadAsync()
        {
            if (Data.Parts.Count == 0) return;
            long next = Data.Parts[^1].First;
            foreach (CatalogPart part in Data.Parts.TakeLast(2))
            {
                foreach (PlacedRow placed in await Chunk(part).Read())
                {
                    _places[placed.Row.Id] = placed.Place;
                    next = Math.Max(next, placed.Place + 1);
                }
            }

            _next = next;
        }
    }

    /// <summary>Reads or changes rows while no part is being merged.</summary>
    private async Task<T> BesideMergesAsync<T>(Func<Task<T>> call)
    {
        while (!_merge.IsCompleted) await _merge;
        _calls++;
        try
        {
            return await call();
        }
        finally
        {
            if (--_calls == 0) _quiet?.TrySetResult();
        }
    }

    private async Task<bool> TryAddAsync(long place, CatalogRow row)
    {
        bool grown = await _data.ChangeAsync<bool>(data => data.Parts.Count > 0 && place - data.Parts[^1].First < PartSize
            ? (data, false)
            : (data with { Parts = data.Parts.Add(new CatalogPart(data.Parts.Count == 0 ? 0 : data.Parts[^1].Number + 1, place)) }, true));
        if (grown && Data.Parts.Count > 2)
        {
            // Rows that are this old are never added again.
            foreach (string id in _places.Where(p => p.Value < Data.Parts[^2].First).Select(p => p.Key).ToArray()) _places.Remove(id);
        }

        return await Chunk(PartOf(place)).Add(new PlacedRow(place, row));
    }

    /// <summary>Merges a part into the one before it, if both fit, and not the newest one. What fails is tried again after another removal.</summary>
    private async Task MergeAsync(CatalogPart part)
    {
        if (_calls > 0)
        {
            _quiet = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _quiet.Task;
        }

        try
        {
            int at = Data.Parts.IndexOf(part);
            if (at < 0 || at == Data.Parts.Count - 1) return;
            IReadOnlyList<PlacedRow> rows = await Chunk(part).Read();
            if (at > 0)
            {
                ICatalogChunkGrain target = Chunk(Data.Parts[at - 1]);
                if (rows.Count + (await target.Read()).Count(r => r.Place < part.First) > PartSize) return;
                await target.Append(part.First, rows);
            }
            else if (rows.Count > 0)
            {
                return;
            }

            await _data.ChangeAsync(data => data with { Parts = data.Parts.Remove(part) });
            await Chunk(part).Clear();
        }
        catch (Exception)
        {
            // Lists ignore what a merge that broke off has left.
        }
    }

    private CatalogPart PartOf(long place) => Data.Parts.LastOrDefault(p => p.First <= place) ?? Data.Parts[0];

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

    public Task<bool> Add(PlacedRow row) => _data.ChangeAsync<bool>(data =>
    {
        if (!data.Rows.TryGetValue(row.Place, out CatalogRow? there)) return (data with { Rows = data.Rows.Add(row.Place, row.Row) }, true);
        return (data, there.Id == row.Row.Id);
    });

    public Task Append(long first, IReadOnlyList<PlacedRow> rows) => _data.ChangeAsync(data => data with
    {
        Rows = data.Rows.RemoveRange(data.Rows.Keys.Where(p => p >= first)).AddRange(rows.Select(r => KeyValuePair.Create(r.Place, r.Row))),
    });

    public Task<bool> Update(PlacedRow row) => _data.ChangeAsync<bool>(data =>
    {
        bool there = data.Rows.TryGetValue(row.Place, out CatalogRow? old) && old.Id == row.Row.Id;
        return (there && old != row.Row ? data with { Rows = data.Rows.SetItem(row.Place, row.Row) } : data, there);
    });

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
