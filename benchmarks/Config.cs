using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Order;

namespace Vgpnn.Benchmarks;

/// <summary>
/// What all benchmarks share: a short job, good for comparing two kernels that differ by a tenth or more; <c>--job default</c>
/// takes minutes instead and tells closer ones apart.
/// <code>dotnet run -c Release --project benchmarks -- --filter '*Vote*'</code>
/// The runtime's switches reach the measured process, so that one command compares instruction sets:
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
