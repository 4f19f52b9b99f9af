using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Order;

namespace Vgpnn.Benchmarks;

/// <summary>
/// Configuration of all benchmarks: a short job, which can compare two kernels that differ by at least 10 %; <c>--job default</c> takes
/// minutes and resolves smaller differences.
/// <code>dotnet run -c Release --project benchmarks -- --filter '*Vote*'</code>
/// Runtime switches are passed to the measured process, so one command compares instruction sets:
/// <code>DOTNET_EnableAVX2=0 dotnet run -c Release --project benchmarks -- --filter '*ByteDistance*'</code>
/// </summary>
internal sealed class Config : ManualConfig
{
    public Config()
    {
        AddJob(Job.ShortRun.AsDefault());
        AddLogger(ConsoleLogger.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddExporter(MarkdownExporter.GitHub);
        WithOrderer(new DefaultOrderer(SummaryOrderPolicy.Declared));
    }
}
