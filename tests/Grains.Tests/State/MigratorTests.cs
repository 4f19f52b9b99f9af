using Vgpnn.Grains.State;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests.State;

public class MigratorTests
{
    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Migrations_run_once_though_five_start_together(Database database)
    {
        await using Bundle bundle = await Bundle.NewAsync(database, migrated: false);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            await using StateStore store = StateStore.Open(bundle.Connection);
            await Migrator.MigrateAsync(store);
        }));
        await Migrator.RequireAsync(bundle.Store);
        Assert.Equal(1, await bundle.Store.RunAsync(state => state.ScalarAsync<int>("SELECT count(*) FROM admission")));
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_schema_that_is_newer_than_the_program_is_refused(Database database)
    {
        await using Bundle bundle = await Bundle.NewAsync(database);
        await using (System.Data.Common.DbConnection owner = await bundle.Store.OpenOwnerAsync(default))
        {
            await using System.Data.Common.DbCommand command = owner.CreateCommand();
            command.CommandText = "INSERT INTO schema_version (version, applied_at) VALUES (999, 0)";
            await command.ExecuteNonQueryAsync();
        }

        GrainException refused = await Assert.ThrowsAsync<GrainException>(() => Migrator.RequireAsync(bundle.Store));
        Assert.Equal("schema-too-new", refused.Code);
        Assert.Equal("schema-too-new", (await Assert.ThrowsAsync<GrainException>(() => Migrator.MigrateAsync(bundle.Store))).Code);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task A_database_without_a_schema_is_refused(Database database)
    {
        await using Bundle bundle = await Bundle.NewAsync(database, migrated: false);
        Assert.Equal("schema-too-old", (await Assert.ThrowsAsync<GrainException>(() => Migrator.RequireAsync(bundle.Store))).Code);
    }
}
