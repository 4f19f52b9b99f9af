using Quartz;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Grains.State;

namespace Vgpnn.Silo.Scheduling;

/// <summary>
/// Long turns as jobs of Quartz: one job for each grain, so that a grain's turn never runs twice at once, and a trigger
/// pinned to the node that admitted it, which others take over should that node die.
/// </summary>
internal sealed partial class QuartzTurnScheduler(ISchedulerFactory factory, NodeInfo node, ILogger<QuartzTurnScheduler> log) : ITurnScheduler
{
    private const string Group = "turns";

    public async Task ScheduleAsync(StateTransaction state, GrainKey grain, string engineClass)
    {
        IScheduler scheduler = await factory.GetScheduler();
        IJobDetail job = JobBuilder.Create<TurnJob>().WithIdentity(KeyOf(grain)).DisallowConcurrentExecution(true).RequestRecovery(true).Build();
        TriggerBuilder<IJob> trigger = TriggerBuilder.Create()
            .WithIdentity(Guid.NewGuid().ToString("N"), Group).ForJob(job).WithExecutionGroup(engineClass).StartNow();
        if (state.Transaction is Npgsql.NpgsqlTransaction transaction)
        {
            // The scheduler hears of it when the enlistment ends, after the commit.
            state.Own(scheduler.EnlistTransaction(transaction));
            await ScheduleAsync(scheduler, job, trigger.WithPreferredNode(PreferredNode.For(node.Id)).Build());
            return;
        }

        state.AfterCommit(() => _ = Task.Run(async () =>
        {
            try
            {
                await ScheduleAsync(scheduler, job, trigger.Build());
            }
            catch (SchedulerException e)
            {
                // The turn is in the state: upkeep finds it there.
                LogNotScheduled(log, e, grain);
            }
        }));
    }

    public async Task<bool> KnowsAsync(GrainKey grain, CancellationToken cancellation = default) =>
        await (await factory.GetScheduler(cancellation)).Exists(KeyOf(grain), cancellation);

    internal static GrainKey GrainOf(IJobDetail job) =>
        GrainKey.TryParse(job.Key.Name, out GrainKey grain) ? grain : throw new InvalidOperationException($"{job.Key.Name} is no grain");

    // The job may be there still: handed back by this grain's last activation, and not yet written off.
    private static async Task ScheduleAsync(IScheduler scheduler, IJobDetail job, ITrigger trigger) =>
        await scheduler.ScheduleJob(job, [trigger], new ScheduleJobOptions { Replace = true });

    private static JobKey KeyOf(GrainKey grain) => new(grain.ToString(), Group);

    [LoggerMessage(301, LogLevel.Error, "{Grain} could not be scheduled")]
    private static partial void LogNotScheduled(ILogger log, Exception error, GrainKey grain);
}
