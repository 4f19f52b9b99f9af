using System.Diagnostics;
using Vgpnn.Cluster.Tests.Support;
using Vgpnn.Grains;
using Vgpnn.Grains.Contracts;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;
using Vgpnn.Testing.Cluster;
using static Vgpnn.Cluster.Tests.Support.MeasurementFactAttribute;

namespace Vgpnn.Cluster.Tests;

/// <summary>The figures of docs/grains.md.</summary>
public class Measurements
{
    private static readonly MethodOptions Slow = Clips.Quick with { Iterations = 60 };

    /// <summary>Turns that do nothing: their settings cannot be read, so that they end as soon as they have begun.</summary>
    [MeasurementFact]
    public async Task Empty_long_turns_and_short_turns_per_second()
    {
        for (int nodes = 1; nodes <= 3; nodes++)
        {
            const int Turns = 300;
            await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "4"));
            await Task.WhenAll(Enumerable.Range(0, nodes).Select(_ => cluster.StartAsync()));
            (string tenant, string video) = await cluster.TenantAsync();
            await EmptyAsync(20);
            double seconds = await EmptyAsync(Turns);
            double shortTurns = await ShortAsync(nodes, 200);
            Report($"{nodes} nodes: {Turns / seconds:F1} empty long turns/s, {shortTurns:F0} short turns/s (submit and cancel, one client a node)");

            async Task<double> EmptyAsync(int count)
            {
                RequestStatus request = await cluster.SubmitAsync(tenant, video, count);
                await cluster.QueryAsync<int>("UPDATE requests SET settings = '{}' WHERE request_id = @RequestId RETURNING 1", new { request.RequestId });
                long start = Stopwatch.GetTimestamp();
                await cluster.FinishedAsync(tenant, request.RequestId);
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            }

            async Task<double> ShortAsync(int clients, int rounds)
            {
                string idle = await cluster.Tenants.CreateAsync($"idle-{clients}", new TenantLimits());
                string other = await cluster.VideoAsync(idle, await Clips.SmallAsync());
                await Task.WhenAll(cluster.Silos.Select(async s =>
                {
                    s.Terminate();
                    await s.ExitAsync();
                }));
                long start = Stopwatch.GetTimestamp();
                await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
                {
                    for (int i = 0; i < rounds; i++)
                        await cluster.Requests.CancelAsync(idle, (await cluster.SubmitAsync(idle, other, 1)).RequestId);
                })));
                return 2 * clients * rounds / Stopwatch.GetElapsedTime(start).TotalSeconds;
            }
        }
    }

    /// <summary>The figures that the simulation of a large cluster begins with, by a server that nobody else uses.</summary>
    [MeasurementFact]
    public async Task What_the_database_pays()
    {
        PostgresServer server = await PostgresServer.StartAsync();
        await using TestCluster cluster = await TestCluster.NewAsync(
            await server.CreateDatabaseAsync(), ("slots", "1"), ("pollSeconds", "0.5"), ("checkInSeconds", "2"), ("thresholdSeconds", "6"), ("checkpointSeconds", "600"));
        SiloProcess idle = await cluster.StartAsync(("roles", "worker"));
        (string tenant, string video) = await cluster.TenantAsync();
        const double Seconds = 20;
        double still = await PaidAsync(() => Task.Delay(TimeSpan.FromSeconds(Seconds)));
        Report($"a node that has nothing to do costs the database {1000 * still / Seconds:F2} ms of processor time a second (two looks in vain among it)");

        idle.Terminate();
        await idle.ExitAsync();
        await cluster.StartAsync(("roles", "worker"), ("pollSeconds", "60"));
        double unpolled = await PaidAsync(() => Task.Delay(TimeSpan.FromSeconds(Seconds)));
        Report($"without looks for work {1000 * unpolled / Seconds:F2} ms a second: a look in vain is {1000 * (still - unpolled) / (2 * Seconds):F2} ms");

        string large = await cluster.VideoAsync(tenant, await LargeMeasurements.ClipAsync(new Extent(30, 144, 256)));
        RequestStatus request = await cluster.SubmitAsync(tenant, large, 1, new MethodOptions { Iterations = 100, Noise = 3 });
        await cluster.UntilAsync("it runs", async () => await cluster.RunnerAsync(request.RequestId) is not null);
        double busy = await PaidAsync(() => Task.Delay(TimeSpan.FromSeconds(Seconds)));
        await cluster.Requests.CancelAsync(tenant, request.RequestId);
        Report($"a node at work {1000 * busy / Seconds:F2} ms a second: a glance, of ten a second, is {1000 * (busy - unpolled) / (10 * Seconds):F3} ms");

        await EmptyAsync(20);
        const int Turns = 300;
        long start = Stopwatch.GetTimestamp();
        double turns = await PaidAsync(() => EmptyAsync(Turns));
        double took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Report($"an empty long turn {1000 * (turns - (unpolled * took / Seconds)) / Turns:F2} ms");

        // Whoever has the row of admissions locked has a lock on its table too, from then until the end of the transaction.
        int looks = 0, held = 0;
        Task more = EmptyAsync(Turns);
        start = Stopwatch.GetTimestamp();
        while (!more.IsCompleted)
        {
            looks++;
            held += await cluster.ScalarAsync<int>(
                "SELECT CASE WHEN EXISTS (SELECT 1 FROM pg_locks WHERE relation = 'admission'::regclass AND mode = 'RowShareLock') THEN 1 ELSE 0 END");
        }

        took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        Report($"an admission holds the lock for {1000 * took * held / looks / Turns:F2} ms ({held} of {looks} looks in {took:F1} s met it)");

        const int Samples = 40;
        await SamplesAsync();
        double whole = await PaidAsync(SamplesAsync);
        long levels = await cluster.ScalarAsync<long>("SELECT max(levels) FROM requests");
        Report($"a sample of {levels} levels without checkpoints {1000 * whole / Samples:F2} ms");
        cluster.Silos[1].Terminate();
        await cluster.Silos[1].ExitAsync();
        await cluster.StartAsync(("roles", "worker"), ("checkpointSeconds", "0"));
        await SamplesAsync();
        double kept = await PaidAsync(SamplesAsync);
        Report($"with one after every level {1000 * kept / Samples:F2} ms: a checkpoint is at most {1000 * (kept - whole) / Samples / (levels - 1):F2} ms");

        async Task<double> PaidAsync(Func<Task> work)
        {
            double before = ProcessorSeconds(server.ProcessId);
            await work();
            return ProcessorSeconds(server.ProcessId) - before;
        }

        async Task EmptyAsync(int count)
        {
            RequestStatus empty = await cluster.SubmitAsync(tenant, video, count);
            await cluster.QueryAsync<int>("UPDATE requests SET settings = '{}' WHERE request_id = @RequestId RETURNING 1", new { empty.RequestId });
            await OverAsync(empty);
        }

        async Task SamplesAsync() => await OverAsync(await cluster.SubmitAsync(tenant, video, Samples));

        // Seldom, because whoever asks is paid for too.
        Task OverAsync(RequestStatus of) => cluster.UntilAsync(
            "it is over", async () => (await cluster.Requests.GetAsync(tenant, of.RequestId)).State == RequestState.Finished, TimeSpan.FromSeconds(1));
    }

    /// <summary>Of a process, of those that it started, and of those of them that are over. 100 ticks are a second.</summary>
    private static double ProcessorSeconds(int process)
    {
        double own = 0;
        foreach (string directory in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                string stat = File.ReadAllText(Path.Combine(directory, "stat"));
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                bool first = Path.GetFileName(directory) == $"{process}";
                if (!first && fields[1] != $"{process}") continue;
                own += fields[11..(first ? 15 : 13)].Sum(f => double.Parse(f, null)) / 100;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It is over.
            }
        }

        return own;
    }

    [MeasurementFact]
    public async Task From_kill_to_resumption()
    {
        var seconds = new List<double>();
        for (int i = 0; i < 5; i++)
        {
            await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "1"));
            await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync());
            (string tenant, string video) = await cluster.TenantAsync();
            RequestStatus request = await cluster.SubmitAsync(tenant, video, 1, Slow);
            SiloProcess runner = await cluster.UnderWayAsync(tenant, request.RequestId);
            long killed = await cluster.ScalarAsync<long>("SELECT {now}");
            runner.Kill();
            await cluster.UntilAsync("it goes on elsewhere", async () => (await cluster.OutcomesAsync(request.RequestId)).Count == 2);
            long resumed = await cluster.ScalarAsync<long>("SELECT max(started_at) FROM activations");
            seconds.Add((resumed - killed) / 1000.0);
        }

        Report($"kill to resumption, check-in 0.5 s, threshold 1.5 s: median {Median(seconds):F2} s of {string.Join(", ", seconds.Select(s => $"{s:F2}"))}");
    }

    [MeasurementFact]
    public async Task From_cancel_to_the_next_samples_start()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "1"));
        await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync();
        var milliseconds = new List<double>();
        for (int i = 0; i < 9; i++)
        {
            RequestStatus request = await cluster.SubmitAsync(tenant, video, 1, Slow), next = await cluster.SubmitAsync(tenant, video, 1);
            await cluster.UnderWayAsync(tenant, request.RequestId);
            await cluster.Requests.CancelAsync(tenant, request.RequestId);
            await cluster.FinishedAsync(tenant, next.RequestId);
            milliseconds.Add(await cluster.ScalarAsync<long>(
                """
                SELECT (SELECT started_at FROM activations WHERE grain = @next) - (SELECT ended_at FROM activations WHERE grain = @grain)
                """,
                new { next = GrainKey.Sample(next.RequestId, 0).ToString(), grain = GrainKey.Sample(request.RequestId, 0).ToString() }));
        }

        Report($"cancel to the next sample's start in the slot: median {Median(milliseconds):F0} ms of {string.Join(", ", milliseconds)}");
    }

    /// <summary>A slot is free all the time: the backlog's tenant may run one sample at once.</summary>
    [MeasurementFact]
    public async Task A_backlog_of_twenty_thousand_samples_and_a_tenant_beside_it()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "2"));
        await cluster.StartAsync();
        (string quiet, string video) = await cluster.TenantAsync("quiet");
        (string noisy, string other) = await cluster.TenantAsync("noisy");
        await cluster.Tenants.SetLimitsAsync(noisy, new TenantLimits { MaxRunning = 1 });
        double empty = await StartAsync();
        for (int i = 0; i < 20; i++) await cluster.SubmitAsync(noisy, other, 1000);
        double full = await StartAsync();
        Report($"submission to start: {empty:F0} ms with nothing queued, {full:F0} ms beside 20,000 queued samples of which one runs; medians of 15");

        // And where the noisy tenant holds all slots: the next one that comes free is the other tenant's.
        await cluster.Tenants.SetLimitsAsync(noisy, new TenantLimits());
        await cluster.UntilAsync("both slots are the noisy tenant's", async () => (await cluster.Tenants.GetAsync(noisy)).Running == 2);
        double delayed = await StartAsync(6);
        double sample = await cluster.ScalarAsync<double>(
            "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY ended_at - started_at) FROM activations WHERE tenant_id = @noisy AND outcome = 'done' AND grain LIKE 'sample/%'",
            new { noisy });
        Report($"submission to start where another tenant's 20,000 hold both slots: {delayed:F0} ms, median of 6; one of its samples takes {sample:F0} ms");

        async Task<double> StartAsync(int rounds = 15)
        {
            var times = new List<double>();
            for (int i = 0; i < rounds; i++)
            {
                RequestStatus request = await cluster.SubmitAsync(quiet, video, 1);
                await cluster.FinishedAsync(quiet, request.RequestId);
                times.Add(await cluster.ScalarAsync<long>(
                    """
                    SELECT (SELECT started_at FROM activations WHERE grain = @grain) - (SELECT created_at FROM requests WHERE request_id = @request)
                    """,
                    new { grain = GrainKey.Sample(request.RequestId, 0).ToString(), request = request.RequestId }));
            }

            return Median(times);
        }
    }

    [MeasurementFact]
    public async Task An_old_snapshot_beside_a_thousand_turns()
    {
        await using TestCluster cluster = await TestCluster.PostgresAsync(("slots", "4"));
        await cluster.StartAsync();
        (string tenant, string video) = await cluster.TenantAsync();
        double without = await GapAsync();
        await using var holder = new Npgsql.NpgsqlConnection(cluster.Connection);
        await holder.OpenAsync();
        await using Npgsql.NpgsqlTransaction old = await holder.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        await using var look = new Npgsql.NpgsqlCommand("SELECT count(*) FROM requests", holder, old);
        await look.ExecuteScalarAsync();
        double with = await GapAsync();
        Report($"from one start of a turn to the next, 95th percentile of 1,000 empty turns: {without:F0} ms, {with:F0} ms while an old snapshot is held");

        async Task<double> GapAsync()
        {
            RequestStatus request = await cluster.SubmitAsync(tenant, video, 1000);
            await cluster.QueryAsync<int>("UPDATE requests SET settings = '{}' WHERE request_id = @RequestId RETURNING 1", new { request.RequestId });
            await cluster.FinishedAsync(tenant, request.RequestId);
            long[] starts = [.. (await cluster.QueryAsync<long>(
                "SELECT started_at FROM activations WHERE grain LIKE @of ORDER BY started_at", new { of = $"sample/{request.RequestId}%" }))];
            Assert.Equal(1000, starts.Length);
            return starts.Zip(starts.Skip(1), (a, b) => (double)(b - a)).Order().ElementAt(949);
        }
    }

    [MeasurementFact]
    public async Task Forty_samples_of_two_tenants_on_three_silos_of_which_one_dies_and_one_freezes()
    {
        MethodOptions options = Clips.Quick with { Iterations = 12 };
        await using TestCluster cluster = await TestCluster.PostgresAsync();
        await Task.WhenAll(cluster.StartAsync(), cluster.StartAsync(), cluster.StartAsync());
        (string a, string ofA) = await cluster.TenantAsync("a");
        (string b, string ofB) = await cluster.TenantAsync("b");
        (string Tenant, RequestStatus Request)[] requests =
            [(a, await cluster.SubmitAsync(a, ofA, 20, options, seed: 1)), (b, await cluster.SubmitAsync(b, ofB, 20, options, seed: 2))];
        await cluster.UntilAsync("ten are there", async () => await SucceededAsync() >= 10);
        SiloProcess killed = await RunnerAsync(_ => true), frozen = await RunnerAsync(s => s != killed);
        killed.Kill();
        frozen.Freeze();
        await cluster.UntilAsync("the frozen one's work is taken up elsewhere", async () =>
            await cluster.ScalarAsync<long>("SELECT count(DISTINCT node) FROM activations WHERE outcome = 'crashed'") >= 2);
        frozen.Wake();
        foreach ((string tenant, RequestStatus request) in requests)
        {
            Assert.Equal(20, (await cluster.FinishedAsync(tenant, request.RequestId)).Succeeded);
            Assert.Equal(
                await Clips.ExpectedAsync(await Clips.SmallAsync(), options, ulong.Parse(request.Seed, null), 20),
                await cluster.HashesAsync(tenant, request.RequestId));
        }

        await cluster.HoldsAsync();
        Report($"three silos, 40 samples of two tenants, one SIGKILL, one SIGSTOP and SIGCONT: 40 results, bit-identical. Who ran what:");
        foreach (string line in await cluster.QueryAsync<string>(
            "SELECT substr(tenant_id, 28) || ' ' || substr(grain, 36) || ' epoch ' || epoch || ' ' || substr(node, 1, 5) || ' ' || outcome FROM activations WHERE grain LIKE 'sample/%' ORDER BY started_at"))
            Report($"  {line}");

        async Task<int> SucceededAsync()
        {
            int count = 0;
            foreach ((string tenant, RequestStatus request) in requests) count += (await cluster.Requests.GetAsync(tenant, request.RequestId)).Succeeded;
            return count;
        }

        async Task<SiloProcess> RunnerAsync(Func<SiloProcess, bool> fits)
        {
            SiloProcess? runner = null;
            await cluster.UntilAsync("one runs a sample", async () =>
                (runner = (await cluster.QueryAsync<string>("SELECT node FROM turns WHERE state = 'running'")).Select(cluster.Of).FirstOrDefault(s => fits(s!))) is not null);
            return runner!;
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);
}
