using Vgpnn.Api.Tests.Support;
using Vgpnn.Contracts;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Api.Tests.Options;

[Collection(ServerGroup.Name)]
public sealed class OptionTests(ApiServer server)
{
    [Fact]
    public async Task Options_of_every_application_are_served_with_everything_that_a_form_needs()
    {
        OptionList list = await ApiServer.GetAsync<OptionList>(server.First, "/v1/options");
        Assert.Equal(Enum.GetValues<RequestApplication>(), list.Applications.Select(a => a.Application));
        Assert.All(list.Applications.SelectMany(a => a.Options), option =>
        {
            Assert.NotEmpty(option.Label);
            Assert.NotEmpty(option.Effect);
            Assert.NotEmpty(option.DefaultText);
            Assert.Equal(option.Kind is OptionKind.Integer or OptionKind.Number or OptionKind.Rate, option.Maximum is not null);
            Assert.Equal(option.Kind == OptionKind.Choice, option.Values is not null);
        });
        Assert.DoesNotContain(list.Applications.Single(a => a.Application == RequestApplication.Retargeting).Options, o => o.Pointer == "/noise");
        Assert.Equal("0.87", list.Applications[0].Options.Single(o => o.Pointer == "/downscaleT").Default!.ToJsonString());
    }

    [Fact]
    public void Option_reference_equals_the_text_generated_from_the_table()
    {
        string path = Path.Combine(Root(), "docs", "reference", "options.md");
        string written = OptionsPage.Write(OptionTable.Default);
        if (Environment.GetEnvironmentVariable("VGPNN_WRITE_OPTIONS") is { Length: > 0 }) File.WriteAllText(path, written);
        Assert.True(File.ReadAllText(path) == written, "docs/reference/options.md is out of date; VGPNN_WRITE_OPTIONS=1 ./test Api writes it");
    }

    [Fact]
    public void Contracts_reference_no_other_project() =>
        Assert.DoesNotContain(typeof(ApiJson).Assembly.GetReferencedAssemblies(), a => a.Name!.StartsWith("Vgpnn.", StringComparison.Ordinal));

    [Theory]
    [InlineData("make.js")]
    [InlineData("settings.js")]
    [InlineData("recipes.js")]
    public async Task Page_scripts_contain_no_option_texts(string name)
    {
        string script = await server.First.GetStringAsync($"/js/{name}");
        Assert.All(OptionTable.Default.Fields, f =>
        {
            Assert.DoesNotContain(f.Field.Effect ?? f.Spec.Effect, script, StringComparison.OrdinalIgnoreCase);
            if (f.Field.Label.Contains(' ', StringComparison.Ordinal)) Assert.DoesNotContain(f.Field.Label, script, StringComparison.OrdinalIgnoreCase);
        });
    }

    private static string Root()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Vgpnn.sln"))) root = root.Parent;
        return root!.FullName;
    }
}
