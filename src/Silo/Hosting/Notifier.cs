using Vgpnn.Grains;

namespace Vgpnn.Silo.Hosting;

/// <summary>Sends what is in the outbox, one after the other: a receiver that is slow holds up for ten seconds at most.</summary>
internal sealed partial class Notifier(SiloSettings settings, Outbox outbox, ILogger<Notifier> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var sender = new WebhookSender(settings.InsecureWebhooks);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await outbox.TakeAsync(stoppingToken) is { } delivery)
                {
                    SendOutcome outcome = await sender.SendAsync(delivery, await outbox.SecretAsync(delivery.TenantId, stoppingToken), stoppingToken);
                    LogSent(log, delivery.DeliveryId, delivery.Attempts, outcome.Heard, outcome.Why);
                    if (outcome.Heard) await outbox.SentAsync(delivery, stoppingToken);
                    else await outbox.FailedAsync(delivery, outcome.Why, outcome.ForEver, stoppingToken);
                    continue;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogFailed(log, e.Message);
            }

            await Task.Delay(Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(801, LogLevel.Information, "{Delivery}, try {Attempt}: heard {Heard} ({Why})")]
    private static partial void LogSent(ILogger log, string delivery, int attempt, bool heard, string why);

    [LoggerMessage(802, LogLevel.Warning, "The outbox could not be looked at: {Reason}")]
    private static partial void LogFailed(ILogger log, string reason);
}
