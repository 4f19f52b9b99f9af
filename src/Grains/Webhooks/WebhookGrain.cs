using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Placement;
using Vgpnn.Grains.Storage;

namespace Vgpnn.Grains.Webhooks;

/// <summary>A webhook's stored state.</summary>
internal sealed record WebhookData
{
    /// <summary>Where to; empty: there is no such delivery.</summary>
    public string Url { get; init; } = "";

    /// <summary>JSON.</summary>
    public string Body { get; init; } = "";

    /// <summary>Attempts so far.</summary>
    public int Attempts { get; init; }

    /// <summary>When the next attempt is due, in milliseconds since 1970.</summary>
    public long DueAt { get; init; }

    /// <summary>Whether it was delivered or given up.</summary>
    public bool Settled { get; init; }
}

/// <inheritdoc cref="IWebhookGrain"/>
[Reentrant, PreferredRole("notify")]
internal sealed partial class WebhookGrain : Grain, IWebhookGrain, IRemindable
{
    private const int MaxAttempts = 9;

    /// <summary>Each pause is this much longer than the one before, so that the last attempt is about a day after the first.</summary>
    private const double PauseGrowth = 3.85;

    private const string Reminder = "deliver";
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5), Check = TimeSpan.FromMinutes(1), SendTime = TimeSpan.FromSeconds(45);

    private readonly GroupCommit<WebhookData> _data;
    private readonly IWebhookSender _sender;
    private readonly ILogger<WebhookGrain> _log;
    private IGrainTimer? _timer;
    private bool _sending;

    public WebhookGrain([PersistentState("webhook")] IPersistentState<WebhookData> storage, IWebhookSender sender, ILogger<WebhookGrain> log)
    {
        _data = new GroupCommit<WebhookData>(storage);
        _sender = sender;
        _log = log;
    }

    private string Key => this.GetPrimaryKeyString();

    private string Tenant => GrainKeys.TenantOf(Key);

    private string DeliveryId => $"msg_{Key[(Tenant.Length + 1)..]}";

    private WebhookData Data => _data.State;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (Data is { Url.Length: > 0, Settled: false }) Schedule();
        return Task.CompletedTask;
    }

    public async Task Deliver(string url, string body)
    {
        if (Data.Settled) return;

        // The reminder wakes the grain if its silo is lost; the timer is what normally sends.
        await this.RegisterOrUpdateReminder(Reminder, Check, Check);
        await _data.ChangeAsync(data => data.Url.Length > 0 ? data : data with { Url = url, Body = body, DueAt = UnixTime.Now });
        Schedule();
    }

    public async Task Forget()
    {
        await _data.ClearAsync();
        await ForgetReminderAsync();
        DeactivateOnIdle();
    }

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        CallerContext.ActForCluster();
        if (Data is { Url.Length: > 0, Settled: false }) Schedule();
        else await ForgetReminderAsync();
    }

    private void Schedule(TimeSpan pause = default)
    {
        if (_sending) return;
        _timer?.Dispose();
        TimeSpan wait = TimeSpan.FromMilliseconds(Math.Max(pause.TotalMilliseconds, Data.DueAt - UnixTime.Now));
        _timer = this.RegisterGrainTimer(SendAsync, new GrainTimerCreationOptions(wait, Timeout.InfiniteTimeSpan) { Interleave = true, KeepAlive = true });
    }

    private async Task SendAsync(CancellationToken cancellation)
    {
        if (_sending || Data.Settled || Data.Url.Length == 0) return;
        if (!_sender.IsAllowed)
        {
            // No silo with the role was there; the reminder tries again where there may be one.
            DeactivateOnIdle();
            return;
        }

        CallerContext.ActForCluster();
        _sending = true;
        TimeSpan pause = TimeSpan.Zero;
        try
        {
            string secret = await GrainFactory.Tenant(Tenant).WebhookSecret();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(SendTime);
            WebhookOutcome outcome = await _sender.SendAsync(new WebhookMessage(Tenant, DeliveryId, Data.Url, Data.Body, secret), limit.Token);
            if (outcome.Result == WebhookResult.Postponed)
            {
                pause = FirstPause * Jitter();
                LogPostponed(_log, DeliveryId, outcome.Status);
            }
            else
            {
                await FinishAttemptAsync(outcome);
            }
        }
        catch (Exception e)
        {
            pause = FirstPause;
            LogFailed(_log, DeliveryId, e.Message);
        }
        finally
        {
            _sending = false;
        }

        if (Data is { Url.Length: > 0, Settled: false }) Schedule(pause);
        else await ForgetReminderAsync();
    }

    private async Task FinishAttemptAsync(WebhookOutcome outcome)
    {
        int attempt = Data.Attempts + 1;
        LogSent(_log, DeliveryId, attempt, outcome.Status);
        bool settled = outcome.Result != WebhookResult.Failed || attempt >= MaxAttempts;
        long due = UnixTime.Now + (long)(FirstPause.TotalMilliseconds * Math.Pow(PauseGrowth, attempt - 1) * Jitter());
        await _data.ChangeAsync(data => data.Url.Length == 0 ? data : data with { Attempts = attempt, Settled = settled, DueAt = due });
    }

    private static double Jitter() => 0.75 + (RandomNumberGenerator.GetInt32(500) / 1000.0);

    // The state stays, so that a repeated delivery finds itself done.
    private async Task ForgetReminderAsync()
    {
        try
        {
            if (await this.GetReminder(Reminder) is { } reminder) await this.UnregisterReminder(reminder);
        }
        catch (Exception e)
        {
            LogFailed(_log, DeliveryId, e.Message);
        }
    }

    [LoggerMessage(341, LogLevel.Information, "Webhook {Id}, attempt {Attempt}: {Status}")]
    private static partial void LogSent(ILogger log, string id, int attempt, string status);

    [LoggerMessage(343, LogLevel.Information, "Webhook {Id} is postponed: {Reason}")]
    private static partial void LogPostponed(ILogger log, string id, string reason);

    [LoggerMessage(342, LogLevel.Warning, "Webhook {Id} could not be handled: {Reason}")]
    private static partial void LogFailed(ILogger log, string id, string reason);
}
