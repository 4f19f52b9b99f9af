using Vgpnn.Grains.Abstractions;
using Vgpnn.Grains.Keys;
using Vgpnn.Grains.Tests.Support;

namespace Vgpnn.Grains.Tests;

/// <summary>API keys.</summary>
public class KeyTests
{
    [Fact]
    public async Task Key_is_created_found_and_revoked()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        CallerContext.ActForCluster();
        TestTenant tenant = await cluster.NewTenantAsync();
        NewKeyRecord key = NewKey();
        KeyStatus created = await tenant.Grain.AddKey(key);
        Assert.Equal((key.KeyId, "read write", "laptop"), (created.KeyId, created.Scopes, created.Name));
        KeyRecord found = (await cluster.Grains.ApiKey(key.KeyId).Find())!;
        Assert.Equal((tenant.Id, key.Hash, null), (found.Tenant, found.Hash, found.Status.RevokedAt));
        Assert.Null(await cluster.Grains.ApiKey("unknown").Find());
        await cluster.Grains.ApiKey(key.KeyId).Revoke(tenant.Id);
        Assert.NotNull((await cluster.Grains.ApiKey(key.KeyId).Find())!.Status.RevokedAt);
        Assert.Equal("not-found", await QuotaTests.CodeAsync(() => cluster.Grains.ApiKey(key.KeyId).Revoke(tenant.Id)));
        Assert.Equal("not-found", await QuotaTests.CodeAsync(() => cluster.Grains.ApiKey("unknown").Revoke(tenant.Id)));
    }

    [Fact]
    public async Task Key_of_another_tenant_cannot_be_revoked()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        CallerContext.ActForCluster();
        TestTenant tenant = await cluster.NewTenantAsync(), other = await cluster.NewTenantAsync();
        NewKeyRecord key = NewKey();
        await tenant.Grain.AddKey(key);
        Assert.Equal("not-found", await QuotaTests.CodeAsync(() => cluster.Grains.ApiKey(key.KeyId).Revoke(other.Id)));
        Assert.Null((await cluster.Grains.ApiKey(key.KeyId).Find())!.Status.RevokedAt);
    }

    [Fact]
    public async Task Tenant_has_at_most_two_living_keys_when_many_are_created_at_once()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        CallerContext.ActForCluster();
        TestTenant tenant = await cluster.NewTenantAsync();
        string?[] refusals = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => QuotaTests.CodeAsync(() => tenant.Grain.AddKey(NewKey()))));
        Assert.Equal((2, 18), (refusals.Count(r => r is null), refusals.Count(r => r == "quota-keys")));
        IReadOnlyList<KeyStatus> keys = await tenant.Grain.Keys();
        Assert.Equal(2, keys.Count);
        await cluster.Grains.ApiKey(keys[0].KeyId).Revoke(tenant.Id);
        Assert.Null(await QuotaTests.CodeAsync(() => tenant.Grain.AddKey(NewKey())));
        Assert.Equal("quota-keys", await QuotaTests.CodeAsync(() => tenant.Grain.AddKey(NewKey())));
        Assert.Equal((3, 1), ((await tenant.Grain.Keys()).Count, (await tenant.Grain.Keys()).Count(k => k.RevokedAt is not null)));
    }

    [Fact]
    public async Task Creation_that_was_repeated_makes_one_key()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        CallerContext.ActForCluster();
        TestTenant tenant = await cluster.NewTenantAsync();
        NewKeyRecord key = NewKey();
        KeyStatus[] created = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => tenant.Grain.AddKey(key)));
        Assert.Single(created.Distinct());
        Assert.Single(await tenant.Grain.Keys());
    }

    [Fact]
    public async Task Creation_that_broke_off_takes_no_place()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        CallerContext.ActForCluster();
        TestTenant tenant = await cluster.NewTenantAsync();
        foreach (int _ in Enumerable.Range(0, 2))
        {
            NewKeyRecord lost = NewKey();
            using (cluster.CallFaults.Inject("IApiKeyGrain.Create", lost.KeyId, CallFault.LoseCall))
                await Assert.ThrowsAsync<TimeoutException>(() => tenant.Grain.AddKey(lost));
        }

        foreach (int _ in Enumerable.Range(0, 2)) await tenant.Grain.AddKey(NewKey());
        Assert.Equal(2, (await tenant.Grain.Keys()).Count);
    }

    [Fact]
    public async Task Ended_sessions_are_remembered_until_they_would_have_ended()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        CallerContext.ActForCluster();
        TestTenant tenant = await cluster.NewTenantAsync();
        NewKeyRecord key = NewKey();
        await tenant.Grain.AddKey(key);
        IApiKeyGrain grain = cluster.Grains.ApiKey(key.KeyId);
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await grain.EndSession("old", now - 1);
        await grain.EndSession("new", now + 60_000);
        await grain.EndSession("new", now + 60_000);
        Assert.Equal(["new"], (await grain.Find())!.EndedSessions);
        await cluster.DeactivateAsync(grain);
        Assert.Equal(["new"], (await grain.Find())!.EndedSessions);
    }

    [Fact]
    public async Task Use_of_a_key_is_noted_at_most_once_a_minute()
    {
        GrainCluster cluster = await GrainCluster.SharedAsync();
        CallerContext.ActForCluster();
        TestTenant tenant = await cluster.NewTenantAsync();
        NewKeyRecord key = NewKey();
        await tenant.Grain.AddKey(key);
        Assert.Null((await cluster.Grains.ApiKey(key.KeyId).Find())!.Status.LastUsedAt);
        await cluster.Grains.ApiKey(key.KeyId).Used();
        long used = (await cluster.Grains.ApiKey(key.KeyId).Find())!.Status.LastUsedAt!.Value;
        await cluster.Grains.ApiKey(key.KeyId).Used();
        Assert.Equal(used, (await cluster.Grains.ApiKey(key.KeyId).Find())!.Status.LastUsedAt);
    }

    private static NewKeyRecord NewKey()
    {
        KeyText text = KeyText.New(KeyText.Key);
        return new NewKeyRecord { KeyId = text.Id, Hash = text.Hash(), Scopes = "read write", Name = "laptop" };
    }
}
