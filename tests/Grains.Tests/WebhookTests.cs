using System.Diagnostics;
using System.Text.Json;
using Orleans.Runtime;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;
using Vgpnn.Grains.Webhooks;

namespace Vgpnn.Grains.Tests;

/// <summary>Deliveries of webhooks.</summary>
public class WebhookTests
{
    private static readonly WebhookOutcome Delivered = new(WebhookResult.Delivered, "200"), Busy = new(WebhookResult.Failed, "503"),
        Gone = new(WebhookResult.Refused, "410"), Full = new(WebhookResult.Postponed, "no room");

    [Fact]
    public async Task Finished_request_is_delivered_once_with_its_counts_and_a_signature()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        cluster.StartWorker(tenant.Backend, options: new TestWorkerOptions { Script = job => job.Index == 1 ? _ => throw new GrainException("hopeless", "no") : null });
        string url = NewUrl(), request = await tenant.SubmitAsync(samples: 3, webhook: url);
        await tenant.FinishedAsync(request);
        await tenant.QuietAsync();
        await SettledAsync(cluster, tenant, request);
        WebhookMessage sent = Assert.Single(cluster.Webhooks.To(url));
        Assert.Equal(($"msg_{request}", await tenant.Grain.WebhookSecret()), (sent.Id, sent.Secret));
        JsonElement body = JsonDocument.Parse(sent.Body).RootElement;
        Assert.Equal(
            ("request.finished", request, 3, 2, 1, 0),
            (body.GetProperty("type").GetString(), body.GetProperty("request").GetString(), body.GetProperty("samples").GetInt32(),
            body.GetProperty("succeeded").GetInt32(), body.GetProperty("failed").GetInt32(), body.GetProperty("cancelled").GetInt32()));
    }

    [Fact]
    public async Task Delivery_is_retried_with_the_same_id_and_body_until_it_is_accepted()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string url = NewUrl();
        cluster.Webhooks.Receive(url, attempt => Task.FromResult(attempt == 1 ? Busy : Delivered));
        long start = Stopwatch.GetTimestamp();
        await cluster.Grains.Webhook(tenant.Id, "delivery").Deliver(url, "{}");
        await Until.HoldsAsync("it is delivered", () => cluster.Webhooks.To(url).Count == 2);
        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 3.7, 20);
        await SettledAsync(cluster, tenant, "delivery");
        Assert.Single(cluster.Webhooks.To(url).Distinct());
    }

    [Fact]
    public async Task Delivery_that_is_refused_for_good_is_not_repeated()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string url = NewUrl();
        cluster.Webhooks.Receive(url, _ => Task.FromResult(Gone));
        IWebhookGrain delivery = cluster.Grains.Webhook(tenant.Id, "delivery");
        await delivery.Deliver(url, "{}");
        await SettledAsync(cluster, tenant, "delivery");
        await delivery.Deliver(url, "{}");
        await cluster.DeactivateAsync(delivery);
        await delivery.Deliver(url, "{}");
        Assert.Single(cluster.Webhooks.To(url));
    }

    [Fact]
    public async Task Delivery_that_was_postponed_is_sent_later_and_loses_no_attempt()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string url = NewUrl();
        cluster.Webhooks.Receive(url, attempt => Task.FromResult(attempt == 1 ? Full : Delivered));
        await cluster.Grains.Webhook(tenant.Id, "delivery").Deliver(url, "{}");
        await SettledAsync(cluster, tenant, "delivery");
        Assert.Equal(2, cluster.Webhooks.To(url).Count);
        Assert.Contains("\"attempts\":1", cluster.Storage.Read("webhook", $"{tenant.Id}/delivery"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delivery_asked_for_again_and_again_is_sent_once()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string url = NewUrl();
        IWebhookGrain delivery = cluster.Grains.Webhook(tenant.Id, "delivery");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => delivery.Deliver(url, "{}")));
        await SettledAsync(cluster, tenant, "delivery");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => delivery.Deliver(url, "{}")));
        Assert.Single(cluster.Webhooks.To(url));
    }

    [Fact]
    public async Task Reminder_delivers_what_a_lost_activation_left()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string url = NewUrl();
        var never = new TaskCompletionSource<WebhookOutcome>();
        cluster.Webhooks.Receive(url, attempt => attempt == 1 ? never.Task : Task.FromResult(Delivered));
        IWebhookGrain delivery = cluster.Grains.Webhook(tenant.Id, "delivery");
        await delivery.Deliver(url, "{}");
        await Until.HoldsAsync("the first attempt has begun", () => cluster.Webhooks.To(url).Count == 1);
        Assert.True(cluster.Reminders.Has(delivery.GetGrainId()));
        never.SetCanceled();
        await cluster.DeactivateAsync(delivery);

        // From now on only the reminder calls it, once a minute.
        GrainCluster.Nameless.Value = true;
        await delivery.AsReference<IRemindable>().ReceiveReminder("deliver", new TickStatus(DateTime.UtcNow, TimeSpan.FromMinutes(1), DateTime.UtcNow));
        await Until.HoldsAsync("the second attempt is made", () => cluster.Webhooks.To(url).Count >= 2);
        await SettledAsync(cluster, tenant, "delivery");
        Assert.Single(cluster.Webhooks.To(url).Distinct());
    }

    [Fact]
    public async Task Delivery_whose_tenant_does_not_answer_is_not_repeated_without_a_pause()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        string url = NewUrl();
        using CallFaults.Rule rule = cluster.CallFaults.Inject("ITenantGrain.WebhookSecret", tenant.Id, CallFault.LoseCall);
        await cluster.Grains.Webhook(tenant.Id, "delivery").Deliver(url, "{}");
        await rule.Reached;
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.Equal(1, rule.Hits);
        rule.Dispose();
        await Until.HoldsAsync("it is delivered", () => cluster.Webhooks.To(url).Count == 1);
    }

    private static string NewUrl() => $"https://{GrainCluster.NewName("hook")}.example/";

    private static Task SettledAsync(GrainCluster cluster, TestTenant tenant, string delivery) => Until.HoldsAsync(
        "the delivery is settled", () => !cluster.Reminders.Has(cluster.Grains.Webhook(tenant.Id, delivery).GetGrainId())
            && cluster.Storage.Read("webhook", $"{tenant.Id}/{delivery}")?.Contains("\"settled\":true", StringComparison.Ordinal) == true);
}
