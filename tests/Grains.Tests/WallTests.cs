using System.Reflection;
using Orleans.Runtime;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>Grains check the caller's tenant, in addition to the API.</summary>
public class WallTests
{
    private static readonly string[] States = ["tenant", "video", "request", "sample", "catalog", "catalog-chunk", "webhook"];

    private static readonly Type[] Interfaces =
        [.. typeof(ITenantOwned).Assembly.GetTypes().Where(t => t.IsInterface && t != typeof(ITenantOwned) && t.IsAssignableTo(typeof(IGrainWithStringKey)))];

    [Fact]
    public async Task Every_grain_method_is_refused_for_a_foreign_tenant()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync(), foreign = await cluster.NewTenantAsync();
        string video = await tenant.UploadAsync(), request = await tenant.SubmitAsync();
        int records = Records();
        (Type, MethodInfo)[] methods = [.. Interfaces.Where(t => t.IsAssignableTo(typeof(ITenantOwned))).SelectMany(t => t.GetMethods().Select(m => (t, m)))];
        Assert.True(methods.Length > 50);
        string[] keys = [tenant.Id, $"{tenant.Id}/{video}", $"{tenant.Id}/{request}", $"{tenant.Id}/{request}/0", $"{tenant.Id}/requests", $"{tenant.Id}/requests/0"];
        foreach ((Type type, MethodInfo method) in methods)
        {
            foreach (string key in keys)
            {
                CallerContext.ActFor(foreign.Id);
                GrainException refused = await Assert.ThrowsAsync<GrainException>(() => CallAsync(cluster, type, method, key));
                Assert.Equal(("not-found", "there is no such resource"), (refused.Code, refused.Message));
            }
        }

        Assert.Equal(records, Records());
        CallerContext.ActFor(tenant.Id);
        Assert.Equal(1, (await tenant.Request(request).Get()).Samples);

        int Records() => States.Sum(s => cluster.Storage.Count(s, tenant.Id));
    }

    [Fact]
    public async Task Grains_of_the_cluster_are_refused_to_tenants()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        CallerContext.ActFor(tenant.Id);
        foreach (Type type in new[] { typeof(IApiKeyGrain), typeof(IDispatcherGrain), typeof(IMaintenanceGrain), typeof(ICatalogGrain) })
        {
            foreach (MethodInfo method in type.GetMethods())
            {
                string key = type == typeof(ICatalogGrain) ? $"{GrainKeys.System}/{CatalogKinds.Tenants}" : tenant.Backend;
                GrainException refused = await Assert.ThrowsAsync<GrainException>(() => CallAsync(cluster, type, method, key));
                Assert.Equal("not-found", refused.Code);
            }
        }
    }

    [Fact]
    public async Task Dispatcher_takes_a_tenants_own_entries_and_no_others()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync(), foreign = await cluster.NewTenantAsync();
        var own = new QueueOwner { Tenant = tenant.Id, Name = "own" };
        var item = new QueueItem { Entry = "request/x", Indices = "0-4", Cost = 1 };
        CallerContext.ActFor(tenant.Id);
        await tenant.Dispatcher.Announce(own);
        await tenant.Dispatcher.Enqueue(own, item);
        CallerContext.ActFor(foreign.Id);
        Assert.Equal("not-found", await QuotaTests.CodeAsync(() => tenant.Dispatcher.Announce(own)));
        Assert.Equal("not-found", await QuotaTests.CodeAsync(() => tenant.Dispatcher.Enqueue(own, item)));
        Assert.Equal("not-found", await QuotaTests.CodeAsync(() => tenant.Dispatcher.Remove(own, item.Entry)));
        Assert.Equal("not-found", await QuotaTests.CodeAsync(() => tenant.Dispatcher.Cancel(own, item.Entry, 0)));
        CallerContext.ActForCluster();
        Assert.Equal([(tenant.Id, 5L)], (await tenant.Dispatcher.Status()).Queues.Select(q => (q.Tenant, q.Waiting)));
    }

    [Fact]
    public async Task Calls_without_a_caller_are_refused()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        TestTenant tenant = await cluster.NewTenantAsync();
        GrainCluster.Nameless.Value = true;
        foreach (Type type in Interfaces.Where(t => t.IsAssignableTo(typeof(ITenantOwned)) || t == typeof(IApiKeyGrain) || t == typeof(IDispatcherGrain) || t == typeof(IMaintenanceGrain)))
        {
            foreach (MethodInfo method in type.GetMethods())
                Assert.Equal("not-found", (await Assert.ThrowsAsync<GrainException>(() => CallAsync(cluster, type, method, tenant.Id))).Code);
        }
    }

    [Fact]
    public void Every_grain_interface_is_behind_the_wall_or_holds_no_data_of_tenants()
    {
        // Levels are computed from the caller's arguments, and only workers call them.
        Assert.Equal(
            ["IApiKeyGrain", "IDispatcherGrain", "ILevelGrain", "IMaintenanceGrain"],
            Interfaces.Where(t => !t.IsAssignableTo(typeof(ITenantOwned))).Select(t => t.Name).Order(StringComparer.Ordinal));
    }

    private static Task CallAsync(GrainCluster cluster, Type type, MethodInfo method, string key)
    {
        var grain = (IGrain)cluster.Grains.GetGrain(type, key);
        object?[] arguments = [.. method.GetParameters().Select(p => p.ParameterType.IsValueType ? Activator.CreateInstance(p.ParameterType) : null)];
        return (Task)method.Invoke(grain, arguments)!;
    }
}
