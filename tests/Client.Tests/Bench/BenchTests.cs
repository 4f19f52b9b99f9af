using System.Text.Json;
using System.Xml.Linq;
using Vgpnn.Client.Tests.Support;

namespace Vgpnn.Client.Tests.Bench;

public sealed class BenchTests
{
    [Fact]
    public async Task Bench_reports_all_figures_and_writes_a_chart()
    {
        using var place = new TemporaryDirectory();
        ProcessResult result = await VgpnnProgram.SucceedAsync(
            place.Root, "bench", "--sizes", "16,20", "--threads", "2", "--exhaustive", "--svg", "charts/six.svg", "--json");
        JsonElement report = VgpnnProgram.Lines(result.Output).Single();
        Assert.Equal("bench", report.Type());
        Assert.Equal(2, report.GetProperty("threads").GetInt32());
        Assert.InRange(report.GetProperty("peakEvaluationsPerSecond").GetDouble(), 1e4, 1e11);
        Assert.True(double.IsFinite(report.GetProperty("scalingExponent").GetDouble()));
        Assert.Empty(report.GetProperty("leftOut").EnumerateArray());

        JsonElement[] sizes = [.. report.GetProperty("sizes").EnumerateArray()];
        Assert.Equal([16, 20], sizes.Select(s => s.GetProperty("size").GetProperty("height").GetInt32()));
        Assert.All(sizes, size =>
        {
            foreach (string phase in (string[])["resample", "search", "vote", "total"])
            {
                Assert.True(size.GetProperty("seconds").GetProperty(phase).GetDouble() > 0);
                Assert.True(size.GetProperty("nanosecondsPerVoxel").GetProperty(phase).GetDouble() > 0);
            }

            Assert.True(size.GetProperty("evaluations").GetInt64() > size.GetProperty("voxels").GetInt64());
            Assert.True(size.GetProperty("evaluationsPerSecond").GetDouble() > 0);
            Assert.True(size.GetProperty("shareOfPeak").GetDouble() > 0);
        });

        JsonElement second = report.GetProperty("secondThread");
        Assert.True(second.GetProperty("speedupTotal").GetDouble() > 0);
        Assert.True(second.GetProperty("speedup").GetProperty("search").GetDouble() > 0);
        JsonElement[] points = [.. report.GetProperty("exhaustive").EnumerateArray()];
        Assert.True(points.Length > sizes.Length);
        Assert.All(points, p => Assert.True(p.GetProperty("exhaustiveSeconds").GetDouble() > 0));
        Assert.Equal("svg", XDocument.Load(Path.Combine(place.Root, "charts", "six.svg")).Root!.Name.LocalName);
    }

    [Fact]
    public async Task Chart_without_comparison_is_rejected_before_measuring()
    {
        using var place = new TemporaryDirectory();
        ProcessResult result = await VgpnnProgram.RunAsync(place.Root, "bench", "--svg", "six.svg");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--exhaustive", result.Error, StringComparison.Ordinal);
    }
}
