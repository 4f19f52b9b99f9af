using Npgsql;
using Quartz;
using Vgpnn.Grains.State;

namespace Vgpnn.Silo.Scheduling;

/// <summary>Brings the whole schema up to date: the grains' tables, and in PostgreSQL the scheduler's.</summary>
internal static class Schema
{
    public static async Task MigrateAsync(string database, CancellationToken cancellation = default)
    {
        await using StateStore store = StateStore.Open(database);
        await Migrator.MigrateAsync(store, cancellation);
        if (store.Postgres is null) return;

        // The scheduler makes its tables one by one: whoever starts at the same time waits for all of them.
        await using var owner = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await owner.OpenAsync(cancellation);
        await using (var hold = new NpgsqlCommand("SELECT pg_advisory_lock(8240234)", owner)) await hold.ExecuteNonQueryAsync(cancellation);
        await using (var there = new NpgsqlCommand("SELECT to_regclass('qrtz_triggers') IS NOT NULL", owner))
            if ((bool)(await there.ExecuteScalarAsync(cancellation))!) return;
        IScheduler scheduler = await QuartzSchedulerBuilder.Create(quartz =>
        {
            quartz.ConfigureScheduler(options => options.InstanceName = "migration");
            quartz.UseDefaultThreadPool(1);
            quartz.UsePersistentStore(tables =>
            {
                tables.UsePostgres(NpgsqlFactory.Instance, database);
                tables.UseSystemTextJsonSerializer();
                tables.ProvisionSchema();
            });
        }).BuildScheduler(cancellation);
        await scheduler.Start(cancellation);
        await scheduler.Shutdown(cancellationToken: cancellation);
    }
}
