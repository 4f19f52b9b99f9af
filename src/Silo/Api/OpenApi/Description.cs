using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Vgpnn.Contracts;
using Vgpnn.Silo.Api.Options;
using Vgpnn.Silo.Api.Sessions;
using Vgpnn.Silo.Api.Videos;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Silo.Api.OpenApi;

/// <summary>Completes the OpenAPI document with information that endpoints do not declare.</summary>
internal static class Description
{
    public static void Configure(OpenApiOptions options)
    {
        options.ShouldInclude = description => description.RelativePath?.StartsWith("v1/", StringComparison.Ordinal) == true;
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "Vgpnn",
                Version = "v1",
                Description = "Makes new videos from a single video. Every error is a problem (RFC 9457) with a stable code; see docs/api.md.",
            };
            document.Servers = [];
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key." },
            };
            return Task.CompletedTask;
        });
        options.CreateSchemaReferenceId = type => type.Type == typeof(JsonObject) ? SettingsSchema.Name : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(JsonObject)) SettingsSchema.Fill(schema, OptionTable.Default);
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(async (operation, context, cancellation) =>
        {
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<TakesFile>().Any())
            {
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/octet-stream"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
                    },
                };
            }

            operation.Responses ??= [];
            OpenApiSchema problem = await context.GetOrCreateSchemaAsync(typeof(Problem), null, cancellation);
            operation.Responses["default"] = new OpenApiResponse
            {
                Description = "A problem.",
                Content = new Dictionary<string, OpenApiMediaType> { [Problem.ContentType] = new OpenApiMediaType { Schema = problem } },
            };
            if (context.Description.ActionDescriptor.EndpointMetadata.OfType<Needs>().LastOrDefault() is not { } needs) return;
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("key", context.Document)] = [] }];
            operation.Description = $"Scope: {needs.Scope.ToString().ToLowerInvariant()}.";
        });
    }
}
