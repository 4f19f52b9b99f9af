using System.Text.Json;
using System.Text.Json.Serialization;
using Vgpnn.Silo.Settings;

namespace Vgpnn.Silo.Examining;

/// <summary>
/// <c>silo doctor</c>: checks everything that a silo with these settings requires, and says how to fix it. It changes nothing: what it
/// writes to try it is removed again.
/// </summary>
internal static class Examination
{
    /// <summary>A check that takes longer has failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Runs all checks, and writes each finding at once.</summary>
    /// <param name="settings">Settings of the silo.</param>
    /// <param name="json">Whether to write a JSON object per line, for programs.</param>
    /// <param name="output">Receives the findings.</param>
    /// <returns>0: a silo would run; 1: something is broken.</returns>
    public static async Task<int> RunAsync(SiloSettings settings, bool json, TextWriter output)
    {
        bool broken = false;
        foreach ((string of, Func<CancellationToken, Task<IReadOnlyList<Finding>>> look) in Checks(settings))
        {
            foreach (Finding finding in await LookAsync(of, look))
            {
                broken |= finding.Health == Health.Broken;
                await output.WriteLineAsync(json ? JsonSerializer.Serialize(finding, Json) : Line(finding));
            }
        }

        return broken ? 1 : 0;
    }

    private static IEnumerable<(string Of, Func<CancellationToken, Task<IReadOnlyList<Finding>>> Look)> Checks(SiloSettings settings) =>
    [
        ("ffmpeg", MachineChecks.FfmpegAsync),
        ("sandbox", _ => Task.FromResult(MachineChecks.Sandbox())),
        ("devices", _ => Task.FromResult(MachineChecks.Devices(settings))),
        ("disk", _ => Task.FromResult(MachineChecks.Disk(settings))),
        ("storage", c => StateChecks.StorageAsync(settings, c)),
        ("blobs", c => StateChecks.BlobsAsync(settings, c)),
    ];

    private static async Task<IReadOnlyList<Finding>> LookAsync(string of, Func<CancellationToken, Task<IReadOnlyList<Finding>>> look)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            return await look(patience.Token).WaitAsync(Patience, CancellationToken.None);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            return [Finding.Broken(of, $"no answer within {Patience.TotalSeconds} s", "see whether it is there, and can be reached from here")];
        }
    }

    private static string Line(Finding finding)
    {
        string health = finding.Health switch { Health.Well => "ok", Health.Doubtful => "doubt", _ => "BROKEN" };
        string line = $"{health,-7} {finding.Of,-9} {finding.Says}";
        return finding.Mend is null ? line : $"{line}\n{"",-18}{finding.Mend}";
    }
}
