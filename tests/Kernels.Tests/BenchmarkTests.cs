using System.Reflection;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Running;
using Vgpnn.Benchmarks;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Tests;

/// <summary>Calls every benchmark once on a tiny volume, because benchmarks are run rarely.</summary>
public sealed class BenchmarkTests
{
    private static readonly Type[] Classes = [.. typeof(Cases).Assembly.GetExportedTypes().Where(t => t is { IsClass: true, IsAbstract: false })];

    public BenchmarkTests() => Cases.Size = new Extent(5, 20, 24);

    public static TheoryData<string> Names => [.. Classes.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_benchmark_runs(string name)
    {
        BenchmarkRunInfo info = BenchmarkConverter.TypeToBenchmarks(Classes.Single(c => c.Name == name));
        Assert.NotEmpty(info.BenchmarksCases);
        foreach (BenchmarkCase benchmark in info.BenchmarksCases)
        {
            object instance = Activator.CreateInstance(benchmark.Descriptor.Type)!;
            foreach (ParameterInstance parameter in benchmark.Parameters.Items)
                benchmark.Descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
            Call(benchmark.Descriptor.GlobalSetupMethod, instance);
            Call(benchmark.Descriptor.WorkloadMethod, instance);
        }
    }

    private static void Call(MethodInfo? method, object instance) => method?.Invoke(instance, null);
}
