using System.Xml.Linq;
using Vgpnn.Client.Bench;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Tests.Bench;

public sealed class ScalingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Exponent_of_a_power_law_is_recovered(double power) =>
        Assert.Equal(power, Scaling.Exponent([.. new double[] { 10, 30, 1000 }.Select(n => (n, 7 * Math.Pow(n, power)))])!.Value, 9);

    [Fact]
    public void Exponent_needs_two_sizes() => Assert.Null(Scaling.Exponent([(10, 1)]));

    [Fact]
    public void Chart_marks_extrapolated_points_and_stays_within_its_frame()
    {
        ComparisonPoint[] points =
        [
            new(new ManifestSize(5, 18, 32), 2880, 0.01, 0.02, false),
            new(new ManifestSize(5, 1080, 1920), 10_368_000, 30, 4e6, true),
        ];
        XElement[] circles = [.. XDocument.Parse(ComparisonChart.Draw(points)).Descendants().Where(e => e.Name.LocalName == "circle")];
        Assert.Equal(2, circles.Count(c => c.Attribute("fill")!.Value == "none"));
        Assert.All(circles, c => Assert.InRange((double)c.Attribute("cx")!, 0, 720));
        Assert.All(circles, c => Assert.InRange((double)c.Attribute("cy")!, 0, 460));
    }
}
