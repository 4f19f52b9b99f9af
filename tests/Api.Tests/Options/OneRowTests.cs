using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Vgpnn.Client.CommandLine;
using Vgpnn.Contracts;
using Vgpnn.Silo.Api.Errors;
using Vgpnn.Silo.Api.Options;
using Vgpnn.Silo.Api.Requests;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Api.Tests.Options;

/// <summary>A row added to the option table appears wherever options are read, checked, listed or described.</summary>
public sealed class OneRowTests
{
    private const string Effect = "Number of probes that a sample is given";

    private static readonly OptionTable Table = OptionTable.Default.With(new OptionSpec
    {
        CommandLine = "--probes",
        Group = "Matching",
        Effect = Effect,
        Applications = [Application.Generation, Application.Sketch],
        Fields =
        [
            new NumberField
            {
                Path = "probes",
                Placeholder = "N",
                Label = "Probes",
                Unit = "per sample",
                Min = 1,
                Max = 77,
                IsInteger = true,
                Get = s => s.Method.MinT,
                Set = (s, v) => s with { Method = s.Method with { MinT = (int)v!.Value } },
            },
        ],
    });

    [Fact]
    public void Help_shows_range_and_default_of_an_added_option()
    {
        var settings = new MethodSettings(Application.Generation, Table);
        var command = new ProbeVerb();
        settings.AddOthersTo(command);
        var text = new StringWriter();
        HelpPage.Write(command, text);
        string flat = string.Join(' ', text.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"--probes N {Effect} (1–77 per sample; default 3; 10 with --loop)", flat, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--probes 12", 12, null)]
    [InlineData("--probes 78", null, "--probes is '78', but must be an integer from 1 to 77")]
    public void Command_line_reads_and_checks_an_added_option(string line, int? value, string? error)
    {
        var settings = new MethodSettings(Application.Generation, Table);
        var command = new ProbeVerb();
        settings.AddOthersTo(command);
        ParseResult parse = command.Parse(line);
        Assert.Equal(error is null ? [] : [error], parse.Errors.Select(e => e.Message));
        if (value is not null) Assert.Equal(value, settings.Read(parse).Method.MinT);
    }

    [Theory]
    [InlineData("{\"probes\": 12}", null, null)]
    [InlineData("{\"probes\": 0}", "option-out-of-range", "probes is 0, but must be an integer from 1 to 77")]
    [InlineData("{\"probes\": \"few\"}", "option-out-of-range", "probes is \"few\", but must be an integer from 1 to 77")]
    public void Api_reads_and_checks_an_added_option(string settings, string? code, string? message)
    {
        var draft = new RequestDraft { Inputs = [], Settings = JsonNode.Parse(settings)!.AsObject() };
        if (code is null)
        {
            Assert.Equal(12, RequestSpec.Of(draft, Table).Settings.Options.MinT);
            return;
        }

        ApiException refused = Assert.Throws<ApiException>(() => RequestSpec.Of(draft, Table));
        Assert.Equal((422, code), (refused.Status, refused.Code));
        Assert.Equal([new ProblemPlace("/settings/probes", message!)], refused.Errors!);
    }

    [Fact]
    public void Added_option_is_refused_for_other_applications()
    {
        var draft = new RequestDraft { Application = RequestApplication.Analogy, Inputs = [], Settings = new JsonObject { ["probes"] = 12 } };
        ApiException refused = Assert.Throws<ApiException>(() => RequestSpec.Of(draft, Table));
        Assert.Equal("option-not-applicable", refused.Code);
    }

    [Fact]
    public void Settings_schema_describes_an_added_option()
    {
        var schema = new OpenApiSchema();
        SettingsSchema.Fill(schema, Table);
        var member = (OpenApiSchema)schema.Properties!["probes"];
        Assert.Equal((JsonSchemaType.Integer, "1", "77"), (member.Type, member.Minimum, member.Maximum));
        Assert.StartsWith(Effect, member.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Option_list_describes_an_added_option_for_its_applications()
    {
        OptionList list = OptionEndpoints.Describe(Table);
        RequestApplication[] with = [.. list.Applications.Where(a => a.Options.Any(o => o.Pointer == "/probes")).Select(a => a.Application)];
        Assert.Equal([RequestApplication.Generation, RequestApplication.Sketch], with);
        OptionDescription probe = list.Applications[0].Options.Single(o => o.Pointer == "/probes");
        Assert.Equal(("Matching", "Probes", Effect, "per sample", OptionKind.Integer, 1.0, 77.0), (probe.Group, probe.Label, probe.Effect, probe.Unit, probe.Kind, probe.Minimum, probe.Maximum));
        Assert.Equal(3, (double)probe.Default!);
    }

    [Fact]
    public void Manifests_and_batches_write_and_read_an_added_option()
    {
        JsonObject written = Table.Write(new RunSettings { Method = new MethodOptions { MinT = 12 } });
        Assert.Equal(12, (double)written["probes"]!);
        written.Remove("minT");
        var faults = new List<OptionFault>();
        Assert.Equal(12, Table.Read(written, Application.Generation, faults).Method.MinT);
        Assert.Empty(faults);
        ManifestSettings recorded = new()
        {
            Application = Application.Generation,
            Samples = 1,
            Seed = 1,
            NoiseAuto = true,
            Threads = 1,
            MaxMemoryBytes = 1,
            SaveLevels = false,
            Options = written,
        };
        Assert.Equal(12, recorded.Read(Table).Method.MinT);
        Assert.Equal("manifest-invalid", Assert.Throws<VgpnnException>(() => recorded.Read()).Code);
    }

    [Fact]
    public void Reference_lists_an_added_option() => Assert.Contains("| `probes` | per sample | an integer from 1 to 77 |", OptionsPage.Write(Table), StringComparison.Ordinal);

    private sealed class ProbeVerb() : Verb("probe", "Probe.")
    {
        public override IReadOnlyList<Example> Examples => [];

        protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancellation) => Task.FromResult(0);
    }
}
