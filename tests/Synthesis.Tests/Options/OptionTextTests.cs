using System.Text.Json.Nodes;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Synthesis.Tests.Options;

/// <summary>Option values as users type them, and as they are written.</summary>
public sealed class OptionTextTests
{
    [Theory]
    [InlineData("--frames", "3..10", "3..10")]
    [InlineData("--frames", "..10", "..10")]
    [InlineData("--frames", "3..", "3..")]
    [InlineData("--fps", "29.97", "2997/100")]
    [InlineData("--fps", "30000/1001", "30000/1001")]
    [InlineData("--scale", "0.8, 1,1", "0.8,1,1")]
    [InlineData("--downscale", "0.87,0.82", "0.87,0.82")]
    [InlineData("--min-size", "5,10", "5,10")]
    [InlineData("--patch", "3,7,9", "3,7,9")]
    [InlineData("--noise", "AUTO", "auto")]
    [InlineData("--noise", "2.5", "2.5")]
    [InlineData("--completeness", "0.000001", "0.000001")]
    [InlineData("--completeness", "none", "none")]
    [InlineData("--search", "JumpFlood", "jumpflood")]
    public void Option_values_are_read_and_written_as_text(string name, string text, string written)
    {
        OptionSpec spec = Spec(name);
        Assert.True(spec.TryParse(text, Application.Generation, RunSettings.For(Application.Generation), out RunSettings settings));
        Assert.Equal(written, spec.TextOf(Application.Generation, settings));
    }

    [Theory]
    [InlineData("--frames", "")]
    [InlineData("--frames", "..")]
    [InlineData("--frames", "5")]
    [InlineData("--frames", "0..3")]
    [InlineData("--frames", "3..3")]
    [InlineData("--frames", "10..3")]
    [InlineData("--frames", "-1..3")]
    [InlineData("--frames", "1..2..3")]
    [InlineData("--frames", "1..99999999999")]
    [InlineData("--fps", "0")]
    [InlineData("--fps", "1/100")]
    [InlineData("--fps", "1001")]
    [InlineData("--scale", "1,1")]
    [InlineData("--scale", "1,1,5")]
    [InlineData("--scale", "1,1,NaN")]
    [InlineData("--scale", "1,,1")]
    [InlineData("--downscale", "0.87,1.1")]
    [InlineData("--min-size", "5,1.5")]
    [InlineData("--patch", "3,7,16")]
    [InlineData("--noise", "-1")]
    [InlineData("--noise", "loud")]
    [InlineData("--search", "jump")]
    [InlineData("--search", "1")]
    public void Invalid_option_values_are_refused(string name, string text)
    {
        var before = RunSettings.For(Application.Generation);
        Assert.False(Spec(name).TryParse(text, Application.Generation, before, out RunSettings after));
        Assert.Equal(before, after);
    }

    [Fact]
    public void Defaults_of_every_application_survive_the_wire_format()
    {
        foreach (Application application in Enum.GetValues<Application>())
        {
            var faults = new List<OptionFault>();
            var settings = RunSettings.For(application);
            Assert.Equal(settings, OptionTable.Default.Read(OptionTable.Default.Write(settings), application, faults));
            Assert.Empty(faults);
        }
    }

    [Theory]
    [InlineData("{\"no\u00ffise\": 1}", "option-unreadable")]
    [InlineData("{\"cue\": \"\u00ff\"}", "option-unreadable")]
    [InlineData("{\"noise\": 1, \"noise\": 2}", "option-twice")]
    [InlineData("{\"patch\": {\"t\": 1, \"t\": 2}}", "option-twice")]
    public void Settings_with_repeated_members_or_invalid_text_are_reported(string json, string code)
    {
        // The byte of ÿ in Latin-1 is never part of UTF-8.
        JsonObject settings = JsonNode.Parse(System.Text.Encoding.Latin1.GetBytes(json))!.AsObject();
        var faults = new List<OptionFault>();
        OptionTable.Default.Read(settings, Application.Generation, faults);
        Assert.Equal(code, Assert.Single(faults).Code);
    }

    [Fact]
    public void Loop_starts_with_more_frames_unless_its_length_is_given()
    {
        Assert.Equal(10, OptionTable.Default.Read(new JsonObject { ["loop"] = true }, Application.Generation, []).Method.MinT);
        Assert.Equal(4, OptionTable.Default.Read(new JsonObject { ["minT"] = 4, ["loop"] = true }, Application.Generation, []).Method.MinT);
    }

    [Fact]
    public void Partial_patch_size_keeps_the_other_defaults() =>
        Assert.Equal(new Kernels.Volumes.Extent(5, 7, 7), OptionTable.Default.Read(new JsonObject { ["patch"] = new JsonObject { ["t"] = 5 } }, Application.Generation, []).Method.Patch);

    [Fact]
    public void Method_options_equal_the_members_of_their_record()
    {
        MethodOptions changed = new()
        {
            Scale = new Kernels.Volumes.Scale(2, 2, 2),
            Size = new OutputSize(9, 90, 90),
            Loop = true,
            Completeness = 2,
            DownscaleT = 0.5,
            DownscaleS = 0.5,
            MinT = 7,
            MinS = 7,
            Patch = new Kernels.Volumes.Extent(1, 2, 3),
            Iterations = 9,
            Noise = 9,
            NoiseTime = NoiseTime.Independent,
            Vote = Kernels.Voting.VoteRule.Mean,
            Search = Kernels.Search.SearchMethod.Exhaustive,
            Engine = Engine.Float,
        };
        Assert.Equal(changed, OptionTable.Default.Read(OptionTable.Default.Write(new RunSettings { Method = changed }), Application.Generation, []).Method);
        MethodOptions sketch = MethodOptions.For(Application.Sketch) with { Bins = new(5, 9), FlowLimit = 0.25, Ink = Ink.Light, Match = InkMatch.Motion };
        Assert.Equal(sketch, OptionTable.Default.Read(OptionTable.Default.Write(new RunSettings { Method = sketch }), Application.Sketch, []).Method);
        MethodOptions fill = MethodOptions.For(Application.Inpainting) with { Cue = Cue.None, InvertMask = true };
        Assert.Equal(fill, OptionTable.Default.Read(OptionTable.Default.Write(new RunSettings { Method = fill }), Application.Inpainting, []).Method);

        // Every property is changed above; a new one needs a row in the table, and a value here.
        foreach (System.Reflection.PropertyInfo property in typeof(MethodOptions).GetProperties().Where(p => p.SetMethod is not null && p.Name != nameof(MethodOptions.Application)))
        {
            Assert.Contains(
                (MethodOptions[])[changed, sketch, fill],
                o => !Equals(property.GetValue(o), property.GetValue(MethodOptions.For(o.Application))));
        }
    }

    private static OptionSpec Spec(string name) => OptionTable.Default.OnCommandLine(Application.Generation).Single(s => s.CommandLineOf(Application.Generation) == name);
}
