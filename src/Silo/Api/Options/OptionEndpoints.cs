using Microsoft.AspNetCore.Http.HttpResults;
using Vgpnn.Contracts;
using Vgpnn.Grains.Abstractions;
using Vgpnn.Silo.Api.Requests;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Silo.Api.Options;

/// <summary>The options of each application, for forms.</summary>
internal static class OptionEndpoints
{
    private static readonly OptionList All = Describe(OptionTable.Default);

    public static void MapOptions(this RouteGroupBuilder group) =>
        group.MapGet("/options", Get).Needs(KeyScope.Read).WithName("getOptions")
            .WithSummary("Get the options of each application: names, units, ranges, defaults and effects.");

    /// <summary>The options of a table.</summary>
    public static OptionList Describe(OptionTable table) => new(
        [.. Enum.GetValues<Application>().Select(a => new ApplicationOptions(a.ToWire(), [.. table.FieldsOf(a).Select(f => Describe(f.Spec, f.Field, a))]))]);

    private static Ok<OptionList> Get(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return TypedResults.Ok(All);
    }

    private static OptionDescription Describe(OptionSpec spec, OptionField field, Application application)
    {
        NumberField? number = field as NumberField;
        return new OptionDescription
        {
            Pointer = $"/{field.Path}",
            Group = spec.Group,
            Label = field.Label,
            Effect = field.Effect ?? spec.EffectOf(application),
            Unit = field.Unit,
            Kind = field switch
            {
                NumberField { IsInteger: true } => OptionKind.Integer,
                NumberField => OptionKind.Number,
                ChoiceField => OptionKind.Choice,
                FlagField => OptionKind.Flag,
                FrameRateField => OptionKind.Rate,
                _ => throw new InvalidOperationException($"{field.Path} has an unknown kind"),
            },
            Minimum = number?.Min ?? (field is FrameRateField ? FrameRateField.Min : null),
            Maximum = number?.Max ?? (field is FrameRateField ? FrameRateField.Max : null),
            Values = (field as ChoiceField)?.Choices.Select(c => new OptionValue(c.Name, c.Label)).ToArray(),
            Default = field.Write(RunSettings.For(application)),
            DefaultText = spec.DefaultOf(application),
            Unset = number?.KeywordPath is { } keyword ? $"/{keyword}" : null,
            UnsetText = number?.Keyword,
            Advanced = spec.Advanced,
            CommandLine = spec.CommandLineOf(application),
        };
    }
}
