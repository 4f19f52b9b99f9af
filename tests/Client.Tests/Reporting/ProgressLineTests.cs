using Vgpnn.Client.Reporting;

namespace Vgpnn.Client.Tests.Reporting;

public sealed class ProgressLineTests
{
    private static readonly ProgressEvent Event = new(1, 2, 4, 5, 12, 3, 5, 43.2, 12.4);

    [Fact]
    public void The_line_names_sample_level_iteration_percent_and_time_left() =>
        Assert.Equal(
            "sample 2/4  level  5/12  iteration 3/5  ━━━━━╌╌╌╌╌╌   43 %  12 s left",
            Line(Event, 70));

    [Fact]
    public void One_sample_alone_is_not_counted() =>
        Assert.StartsWith("level  5/12", Line(Event with { Position = 1, Samples = 1 }, 80), StringComparison.Ordinal);

    [Fact]
    public void Time_runs_on_between_events_and_never_below_zero()
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
    public void No_terminal_wraps_the_line(int width)
    {
        Assert.InRange(Line(Event, width).Length, 0, width - 1);
        Assert.InRange(ProgressLine.Stage("reading a clip with a long name.mp4", width).Length, 0, width - 1);
    }

    [Fact]
    public void Colours_appear_only_where_they_are_welcome()
    {
        Assert.DoesNotContain('\e', Line(Event, 80));
        Assert.Contains("\e[32m", ProgressLine.Progress(Event, null, TimeSpan.Zero, 80, color: true), StringComparison.Ordinal);
    }

    private static string Line(ProgressEvent progress, int width, double secondsSince = 0) =>
        ProgressLine.Progress(progress, null, TimeSpan.FromSeconds(secondsSince), width, color: false);
}
