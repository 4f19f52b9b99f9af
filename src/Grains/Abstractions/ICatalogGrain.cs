namespace Vgpnn.Grains.Abstractions;

/// <summary>Names of lists.</summary>
public static class CatalogKinds
{
    /// <summary>A tenant's requests.</summary>
    public const string Requests = "requests";

    /// <summary>A tenant's videos.</summary>
    public const string Videos = "videos";

    /// <summary>The cluster's tenants.</summary>
    public const string Tenants = "tenants";
}

/// <summary>A list of a tenant's things, newest first, with filters and text search. Key: tenant and kind.</summary>
[Alias("vgpnn.catalog")]
public interface ICatalogGrain : ITenantOwned
{
    /// <summary>Adds a row. Adding the same id again changes nothing.</summary>
    /// <returns>The row's place, which later calls need.</returns>
    Task<long> Add(CatalogRow row);

    /// <summary>Replaces a row, if the thing is still at this place.</summary>
    Task Update(long place, CatalogRow row);

    /// <summary>Removes a row, if the thing is still at this place.</summary>
    Task Remove(long place, string id);

    /// <summary>A page of the list, newest first.</summary>
    Task<CatalogPage> List(CatalogQuery query);
}

/// <summary>A part of a list, of at most 256 rows. Key: tenant, kind and number.</summary>
[Alias("vgpnn.catalog-chunk")]
public interface ICatalogChunkGrain : ITenantOwned
{
    /// <summary>Adds a row at its place.</summary>
    /// <returns>Whether the row is there; <c>false</c>: another one has its place.</returns>
    Task<bool> Add(PlacedRow row);

    /// <summary>Replaces all rows from a place on.</summary>
    Task Append(long first, IReadOnlyList<PlacedRow> rows);

    /// <summary>Replaces the row at a place, if it has the same id.</summary>
    /// <returns>Whether it is there.</returns>
    Task<bool> Update(PlacedRow row);

    /// <summary>Removes the row at a place, if it has this id.</summary>
    /// <returns>Rows that are left.</returns>
    Task<int> Remove(long place, string id);

    /// <summary>All rows, oldest first.</summary>
    Task<IReadOnlyList<PlacedRow>> Read();

    /// <summary>Removes the whole part.</summary>
    Task Clear();
}

/// <summary>What a list knows of a thing.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.catalog-row")]
public sealed record CatalogRow
{
    /// <summary>The thing's id.</summary>
    [Id(0)]
    public required string Id { get; init; }

    /// <summary>What a text search looks at.</summary>
    [Id(1)]
    public string Text { get; init; } = "";

    /// <summary>Its state, in lower case; <c>null</c>: none.</summary>
    [Id(2)]
    public string? State { get; init; }

    /// <summary>Its kind, in lower case, such as the application of a request; <c>null</c>: none.</summary>
    [Id(3)]
    public string? Kind { get; init; }

    /// <summary>The time from which its retention counts, in milliseconds since 1970; <c>null</c>: it is kept.</summary>
    [Id(4)]
    public long? Ended { get; init; }
}

/// <summary>A row and its place.</summary>
/// <param name="Place">Its place; later rows have larger ones.</param>
/// <param name="Row">The row.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.placed-row")]
public sealed record PlacedRow([property: Id(0)] long Place, [property: Id(1)] CatalogRow Row);

/// <summary>Which rows are wanted.</summary>
[GenerateSerializer, Immutable, Alias("vgpnn.catalog-query")]
public sealed record CatalogQuery
{
    /// <summary>Only rows before this place; <c>null</c>: from the newest.</summary>
    [Id(0)]
    public long? Before { get; init; }

    /// <summary>Maximum number of rows.</summary>
    [Id(1)]
    public int Limit { get; init; } = 100;

    /// <summary>Only rows in this state.</summary>
    [Id(2)]
    public string? State { get; init; }

    /// <summary>Only rows of this kind.</summary>
    [Id(3)]
    public string? Kind { get; init; }

    /// <summary>Only rows whose text contains every word of this, ignoring case.</summary>
    [Id(4)]
    public string? Search { get; init; }

    /// <summary>Only rows that ended before this time, in milliseconds since 1970.</summary>
    [Id(5)]
    public long? EndedBefore { get; init; }
}

/// <summary>A page of a list.</summary>
/// <param name="Rows">The rows, newest first.</param>
/// <param name="More">Whether older rows may follow; ask for those before the last row's place.</param>
/// <param name="Next">What to give as <see cref="CatalogQuery.Before"/> for the next page.</param>
[GenerateSerializer, Immutable, Alias("vgpnn.catalog-page")]
public sealed record CatalogPage([property: Id(0)] IReadOnlyList<PlacedRow> Rows, [property: Id(1)] bool More, [property: Id(2)] long Next);
