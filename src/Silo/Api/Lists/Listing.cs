using System.Diagnostics;
using Vgpnn.Contracts;
using Vgpnn.Grains;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Errors;

namespace Vgpnn.Silo.Api.Lists;

/// <summary>Pages of a tenant's lists.</summary>
internal static class Listing
{
    private const int Parallel = 32, MaxSearchLength = 200;

    /// <summary>How long a search goes on for a full page before it answers with what it found, and a cursor.</summary>
    private static readonly TimeSpan SearchTime = TimeSpan.FromSeconds(1);

    /// <summary>Reads a page, newest first.</summary>
    /// <param name="catalog">The list.</param>
    /// <param name="list">Its name in cursors.</param>
    /// <param name="cursor">The caller's cursor.</param>
    /// <param name="limit">The caller's limit.</param>
    /// <param name="filter">Which rows are wanted.</param>
    /// <param name="get">Reads a thing by its id.</param>
    /// <param name="cancellation">Cancels the reading.</param>
    public static async Task<Page<T>> ReadAsync<T>(
        ICatalogGrain catalog, string list, string? cursor, int? limit, CatalogQuery filter, Func<string, Task<T>> get, CancellationToken cancellation)
        where T : class
    {
        int wanted = Cursor.Limit(limit);
        long? before = Cursor.Read(list, cursor);
        var found = new List<T>();
        for (long start = Stopwatch.GetTimestamp(); ;)
        {
            CatalogPage page = await catalog.List(filter with { Before = before, Limit = wanted - found.Count }).WaitAsync(cancellation);
            found.AddRange((await SelectAsync(page.Rows, r => FindAsync(get, r.Row.Id), cancellation)).OfType<T>());
            before = page.More ? page.Next : null;
            if (!page.More || found.Count >= wanted || Stopwatch.GetElapsedTime(start) > SearchTime) return new Page<T>(found, Cursor.Write(list, before));
        }
    }

    /// <summary>Asks for something of each item, for a few at a time; the results have the items' order.</summary>
    public static async Task<IReadOnlyList<TResult>> SelectAsync<T, TResult>(IEnumerable<T> items, Func<T, Task<TResult>> ask, CancellationToken cancellation)
    {
        var results = new List<TResult>();
        foreach (T[] part in items.Chunk(Parallel)) results.AddRange(await Task.WhenAll(part.Select(ask)).WaitAsync(cancellation));
        return results;
    }

    /// <summary>Checks a filter that takes certain values.</summary>
    /// <exception cref="ApiException"><c>bad-NAME</c>.</exception>
    public static string? Choice(string name, string? value, params ReadOnlySpan<string> choices) => value is null || choices.Contains(value)
        ? value
        : throw new ApiException(422, $"bad-{name}", $"unknown {name}", $"use one of: {string.Join(", ", choices!)}");

    /// <summary>Checks the words to search for.</summary>
    /// <exception cref="ApiException"><c>search-too-long</c>.</exception>
    public static string? Search(string? words) => words is not { Length: > MaxSearchLength }
        ? words
        : throw new ApiException(422, "search-too-long", $"the search has {words.Length} characters", $"use at most {MaxSearchLength}");

    // A thing may be deleted after the list named it.
    private static async Task<T?> FindAsync<T>(Func<string, Task<T>> get, string id)
        where T : class
    {
        try
        {
            return await get(id);
        }
        catch (GrainException e) when (e.Code == "not-found")
        {
            return null;
        }
    }
}
