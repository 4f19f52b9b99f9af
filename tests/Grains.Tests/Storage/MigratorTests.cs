using Vgpnn.Grains.Storage;

namespace Vgpnn.Grains.Tests.Storage;

public class MigratorTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Concurrent_migrations_succeed_and_can_be_repeated(Database database)
    {
        StorageSetting storage = await StorageHost.NewDatabaseAsync(database);
        GrainException e = await Assert.ThrowsAsync<GrainException>(() => Migrator.RequireAsync(storage));
        Assert.Equal("schema-missing", e.Code);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Migrator.MigrateAsync(storage))));
        await Migrator.MigrateAsync(storage);

        await Migrator.RequireAsync(storage);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Newer_schema_is_refused(Database database)
    {
        StorageSetting storage = await StorageHost.NewDatabaseAsync(database);
        await Migrator.MigrateAsync(storage);
        await Migrator.SetVersionAsync(storage, Migrator.SchemaVersion + 1);
        Assert.Equal("schema-newer", (await Assert.ThrowsAsync<GrainException>(() => Migrator.RequireAsync(storage))).Code);
        Assert.Equal("schema-newer", (await Assert.ThrowsAsync<GrainException>(() => Migrator.MigrateAsync(storage))).Code);
    }
}
