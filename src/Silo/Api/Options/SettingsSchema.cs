using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Silo.Api.Options;

/// <summary>The JSON schema of a request's settings, made from the table of options.</summary>
internal static class SettingsSchema
{
    /// <summary>The schema's name in the OpenAPI document.</summary>
    public const string Name = "Settings";

    /// <summary>Writes the schema of a table.</summary>
    public static void Fill(OpenApiSchema schema, OptionTable table)
    {
        schema.Type = JsonSchemaType.Object;
        schema.AdditionalPropertiesAllowed = false;
        schema.Description = "Options of the method and of what is read of the inputs. Members that are not given have the application's defaults; GET /v1/options lists them by application.";
        schema.Properties = new Dictionary<string, IOpenApiSchema>();
        foreach ((OptionSpec spec, OptionField field) in table.Fields)
        {
            Put(schema, field.Path, Of(spec, field));
            if (field is NumberField { KeywordPath: { } path, Keyword: { } keyword })
                Put(schema, path, new OpenApiSchema { Type = JsonSchemaType.Boolean, Description = $"Sets {field.Path} to '{keyword}', whatever the default." });
        }
    }

    private static OpenApiSchema Of(OptionSpec spec, OptionField field)
    {
        var schema = new OpenApiSchema { Description = Sentences(spec, field), Default = CommonDefault(spec, field) };
        switch (field)
        {
            case NumberField number:
                schema.Type = number.IsInteger ? JsonSchemaType.Integer : JsonSchemaType.Number;
                schema.Format = number.IsInteger ? "int32" : "double";
                schema.Minimum = number.Min.ToString(CultureInfo.InvariantCulture);
                schema.Maximum = number.Max.ToString(CultureInfo.InvariantCulture);
                break;
            case ChoiceField choice:
                schema.Type = JsonSchemaType.String;
                schema.Enum = [.. choice.Choices.Select(c => (JsonNode)c.Name)];
                break;
            case FlagField:
                schema.Type = JsonSchemaType.Boolean;
                break;
            default:
                schema.Type = JsonSchemaType.String;
                schema.MaxLength = 32;
                break;
        }

        return schema;
    }

    private static string Sentences(OptionSpec spec, OptionField field)
    {
        Application[] applications = [.. field.Applications ?? spec.Applications];
        string unit = field.Unit is null ? "" : $" Unit: {field.Unit}.";
        string only = applications.Length == Enum.GetValues<Application>().Length ? "" : $" Applications: {string.Join(", ", applications.Select(a => a.Name()))}.";
        string[] defaults = [.. applications.Select(spec.DefaultOf).Distinct()];
        string text = defaults.Length == 1 ? defaults[0] : string.Join("; ", applications.Select(a => $"{a.Name()} {spec.DefaultOf(a)}"));
        return $"{field.Effect ?? spec.Effect}.{unit}{only} Default of {spec.CommandLine}: {text}.";
    }

    // A default that all applications share.
    private static JsonNode? CommonDefault(OptionSpec spec, OptionField field)
    {
        JsonNode?[] defaults = [.. (field.Applications ?? spec.Applications).Select(a => field.Write(RunSettings.For(a)))];
        return defaults.All(d => JsonNode.DeepEquals(d, defaults[0])) ? defaults[0] : null;
    }

    private static void Put(OpenApiSchema schema, string path, OpenApiSchema member)
    {
        string[] names = path.Split('/');
        foreach (string name in names[..^1])
        {
            if (!schema.Properties!.TryGetValue(name, out IOpenApiSchema? inner))
            {
                inner = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalPropertiesAllowed = false, Properties = new Dictionary<string, IOpenApiSchema>() };
                schema.Properties.Add(name, inner);
            }

            schema = (OpenApiSchema)inner;
        }

        schema.Properties!.Add(names[^1], member);
    }
}
