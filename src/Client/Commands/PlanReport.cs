using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Client.Runs;

namespace Vgpnn.Client.Commands;

/// <summary>Prepares a run and reports its plan.</summary>
internal static class PlanReport
{
    /// <returns>The exit code.</returns>
    public static async Task<int> WriteAsync(RunRequest request, string? directory, bool json, CancellationToken cancellation)
    {
        using IRunReporter reporter = RunReporter.Create(json);
        PreparedRun run = await PreparedRun.PrepareAsync(request, reporter, cancellation);
        PlanEvent plan = run.ToEvent(directory);
        if (json) reporter.Report(plan);
        else PlanTable.Write(plan);
        return ExitCode.Success;
    }
}
