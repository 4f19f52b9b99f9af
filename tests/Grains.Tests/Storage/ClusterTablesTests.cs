using System.Net;
using Orleans.Runtime;

namespace Vgpnn.Grains.Tests.Storage;

public class ClusterTablesTests
{
    private static readonly DateTime Start = new(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public async Task Concurrent_membership_inserts_each_take_one_version()
    {
        await using StorageHost host = await StorageHost.StartAsync(Database.Postgres);
        const int silos = 8;
        int before = (await host.Membership.ReadAllAsync(default)).Version.Version;
        await Task.WhenAll(Enumerable.Range(1, silos).Select(port => Task.Run(async () =>
        {
            while (!await host.Membership.InsertRowAsync(Entry(port), (await host.Membership.ReadAllAsync(default)).Version.Next(), default))
            {
            }
        })));
        MembershipTableData after = await host.Membership.ReadAllAsync(default);
        Assert.Equal(silos + 1, after.Members.Count);
        Assert.Equal(before + silos, after.Version.Version);
    }

    [Fact]
    public async Task Concurrent_membership_updates_never_lose_a_suspicion()
    {
        await using StorageHost host = await StorageHost.StartAsync(Database.Postgres);
        const int suspectors = 8;
        MembershipTableData table = await host.Membership.ReadAllAsync(default);
        Assert.True(await host.Membership.InsertRowAsync(Entry(1), table.Version.Next(), default));
        await Task.WhenAll(Enumerable.Range(1, suspectors).Select(i => Task.Run(async () =>
        {
            while (!await TrySuspectAsync(host.Membership, SiloAddress.New(IPAddress.Loopback, i, 1)))
            {
            }
        })));
        MembershipTableData row = await host.Membership.ReadRowAsync(Entry(1).SiloAddress, default);
        Assert.Equal(suspectors, Assert.Single(row.Members).Item1.SuspectTimes?.Count);
    }

    [Fact]
    public async Task Refused_membership_changes_leave_the_version_alone()
    {
        await using StorageHost host = await StorageHost.StartAsync(Database.Postgres);
        MembershipTableData table = await host.Membership.ReadAllAsync(default);
        Assert.True(await host.Membership.InsertRowAsync(Entry(1), table.Version.Next(), default));
        MembershipTableData current = await host.Membership.ReadAllAsync(default);

        Assert.False(await host.Membership.InsertRowAsync(Entry(1), current.Version.Next(), default));
        Assert.False(await host.Membership.InsertRowAsync(Entry(2), table.Version.Next(), default));
        Assert.False(await host.Membership.UpdateRowAsync(Entry(3), "", current.Version.Next(), default));

        Assert.Equal(current.Version.Version, (await host.Membership.ReadAllAsync(default)).Version.Version);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Reminders_are_stored_exactly_and_replaced_by_version(Database database)
    {
        await using StorageHost host = await StorageHost.StartAsync(database);
        GrainId grain = GrainId.Create("counter", "acme/1");
        string? first = await host.Reminders.UpsertRow(Reminder(grain));
        ReminderEntry? row = await host.Reminders.ReadRow(grain, "remind");
        Assert.NotNull(row);
        Assert.Equal((Start, TimeSpan.FromDays(40), first), (row.StartAt, row.Period, row.ETag));
        Assert.Equal(DateTimeKind.Utc, row.StartAt.Kind);

        string? second = await host.Reminders.UpsertRow(Reminder(grain));

        Assert.False(await host.Reminders.RemoveRow(grain, "remind", first!));
        Assert.True(await host.Reminders.RemoveRow(grain, "remind", second!));
        Assert.Empty((await host.Reminders.ReadRows(grain)).Reminders);
    }

    [Theory]
    [InlineData(Database.Sqlite)]
    [InlineData(Database.Postgres)]
    public async Task Reminder_ranges_cover_the_ring_once(Database database)
    {
        await using StorageHost host = await StorageHost.StartAsync(database);
        const int count = 40;
        for (int i = 0; i < count; i++) await host.Reminders.UpsertRow(Reminder(GrainId.Create("counter", $"acme/{i}")));
        uint[] cuts = [10, 1_000_000_000, 2_500_000_000, 4_000_000_000];
        int found = 0;
        for (int i = 0; i < cuts.Length; i++)
            found += (await host.Reminders.ReadRows(cuts[i], cuts[(i + 1) % cuts.Length])).Reminders.Count;
        Assert.Equal(count, found);
        Assert.Equal(count, (await host.Reminders.ReadRows(0, 0)).Reminders.Count);
    }

    private static ReminderEntry Reminder(GrainId grain) =>
        new() { GrainId = grain, ReminderName = "remind", StartAt = Start, Period = TimeSpan.FromDays(40) };

    private static MembershipEntry Entry(int port) => new()
    {
        SiloAddress = SiloAddress.New(IPAddress.Parse("10.0.0.1"), port, 1),
        HostName = "host",
        SiloName = "silo",
        Status = SiloStatus.Joining,
        StartTime = Start,
        IAmAliveTime = Start,
    };

    private static async Task<bool> TrySuspectAsync(IMembershipTable membership, SiloAddress suspector)
    {
        MembershipTableData table = await membership.ReadRowAsync(Entry(1).SiloAddress, default);
        (MembershipEntry entry, string etag) = table.Members.Single();
        entry.SuspectTimes = [.. entry.SuspectTimes ?? [], Tuple.Create(suspector, Start)];
        return await membership.UpdateRowAsync(entry, etag, table.Version.Next(), default);
    }
}
