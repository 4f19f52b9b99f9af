using Quartz;
using Vgpnn.Grains.Scheduling;
using Vgpnn.Silo.Hosting;

namespace Vgpnn.Silo.Scheduling;

/// <summary>A long turn as the scheduler runs it. Its outcome is in the state; to the scheduler it always succeeds.</summary>
[DisallowConcurrentExecution]
internal sealed partial class TurnJob(TurnRunner runner, StopTokens stop, AdmissionPump pump, ILogger<TurnJob> log) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await runner.RunAsync(QuartzTurnScheduler.GrainOf(context.JobDetail), stop.HandBack, stop.Now);
        }
        catch (Exception e)
        {
            LogLost(log, e, context.JobDetail.Key.Name);
        }
        finally
        {
            pump.Ended();
        }
    }

    [LoggerMessage(311, LogLevel.Error, "The turn of {Grain} could not be begun or ended; upkeep will find it")]
    private static partial void LogLost(ILogger log, Exception error, string grain);
}
