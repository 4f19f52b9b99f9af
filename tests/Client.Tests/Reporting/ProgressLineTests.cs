using Vgpnn.Client.Reporting;

namespace Vgpnn.Client.Tests.Reporting;

public sealed class ProgressLineTests
{
    private static readonly ProgressEvent Event = new(1, 2, 4, 7, 12, 3, 5, 43.2, 12.4);

    [Fact]
    public void Line_shows_sample_levels_iteration_percentage_and_remaining_time() =>
        Assert.Equal(
            "sample 2/4   5/12 levels  iteration 3/5  ━━━━╌╌╌╌╌╌   43 %  12 s left",
            Line(Event, 70));

    [Fact]
    public void Sample_number_is_omitted_for_a_single_sample() =>
        Assert.StartsWith(" 5/12 levels", Line(Event with { Position = 1, Samples = 1 }, 80), StringComparison.Ordinal);

    [Fact]
    public void Remaining_time_decreases_between_events_and_stays_positive()
    {
        Assert.EndsWith("7.4 s left", Line(Event, 80, secondsSince: 5), StringComparison.Ordinal);
        Assert.EndsWith("0.1 s left", Line(Event, 80, secondsSince: 50), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(80)]
    [InlineData(200)]
    public void Line_is_shorter_than_the_terminal(int width)
    {
        Assert.InRange(Line(Event, width).Length, 0, width - 1);
        Assert.InRange(ProgressLine.Stage("reading a clip with a long name.mp4", width).Length, 0, width - 1);
    }

    [Fact]
    public void Colours_are_used_only_if_enabled()
    {
        Assert.DoesNotContain('\e', Line(Event, 80));
        Assert.Contains("\e[32m", ProgressLine.Progress(Event, null, TimeSpan.Zero, 80, color: true), StringComparison.Ordinal);
    }

    private static string Line(ProgressEvent progress, int width, double secondsSince = 0) =>
        ProgressLine.Progress(progress, null, TimeSpan.FromSeconds(secondsSince), width, color: false);
}
