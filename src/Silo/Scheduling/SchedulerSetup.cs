using Quartz;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.State;
using Vgpnn.Synthesis;

namespace Vgpnn.Silo.Scheduling;

/// <summary>The scheduler: clustered in the state's PostgreSQL, or in memory beside SQLite.</summary>
internal static class SchedulerSetup
{
    private const string Name = "vgpnn";

    // A job whose turn is over still counts until the scheduler has written that down.
    private const int Spare = 2;

    public static void AddScheduler(this IServiceCollection services, SiloSettings settings) => services.AddQuartz(quartz =>
    {
        int threads = settings.Slots + Spare;
        quartz.UseDefaultThreadPool(threads);
        quartz.AddJobType<TurnJob>();
        quartz.UseExecutionLimits((_, limits) => limits.ForGroup(EngineClass.Cpu, threads).ForGroup(EngineClass.OpenCl, settings.HasDevice ? 1 + Spare : 0));
        bool clustered = settings.Database.Contains("Host=", StringComparison.OrdinalIgnoreCase);
        quartz.ConfigureScheduler(options =>
        {
            options.InstanceName = Name;

            // How long a node takes to see what another one wrote for it.
            options.IdleWaitTime = TimeSpan.FromSeconds(1);
            options.MaxBatchSize = settings.Slots;
        });
        if (!clustered)
        {
            quartz.UseInMemoryStore(_ => { });
            return;
        }

        services.AddOptions<QuartzSchedulerOptions>().Configure<NodeInfo>((options, node) => options.InstanceId = node.Id);
        quartz.UsePersistentStore(store =>
        {
            store.UsePostgres(source => source.DataSourceFactory = provider => provider.GetRequiredService<StateStore>().Postgres!);
            store.UseSystemTextJsonSerializer();
            store.UseClustering(cluster =>
            {
                cluster.CheckinInterval = settings.CheckIn.Interval;
                cluster.CheckinMisfireThreshold = settings.CheckIn.Threshold;
            });
            store.ConfigureStore(options =>
            {
                options.AcceptEnlistedTransactions = true;
                options.StoreJobDataAsStrings = true;
                options.CommandTimeout = TimeSpan.FromSeconds(10);
                options.DbRetryInterval = TimeSpan.FromSeconds(1);
            });
        });
    });
}
