using System.Text.Json;
using System.Text.Json.Nodes;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Options;

/// <summary>All options of a run. Options are read in the table's order: an option that changes others' defaults is listed before them.</summary>
/// <param name="specs">The options.</param>
public sealed class OptionTable(IEnumerable<OptionSpec> specs)
{
    private const int LongestValue = 60;

    /// <summary>The options of this program.</summary>
    public static OptionTable Default { get; } = new([.. InputOptions.All, .. SizeOptions.All, .. MethodRows.All, .. MotionRows.All]);

    /// <summary>The options.</summary>
    public IReadOnlyList<OptionSpec> Specs { get; } = [.. specs];

    /// <summary>This table with one more option at the end.</summary>
    public OptionTable With(OptionSpec spec) => new([.. Specs, spec]);

    /// <summary>The options that an application has on the command line.</summary>
    public IEnumerable<OptionSpec> OnCommandLine(Application application) => Specs.Where(s => s.CommandLineOf(application) is not null);

    /// <summary>The name on the command line of the option with this value; <c>null</c> means that it is not there.</summary>
    public string? CommandLineOf(string path, Application application) =>
        Specs.First(s => s.FieldsOf(application).Any(f => f.Path == path)).CommandLineOf(application);

    /// <summary>The values that an application has, with their options.</summary>
    public IEnumerable<(OptionSpec Spec, OptionField Field)> FieldsOf(Application application) =>
        Specs.SelectMany(s => s.FieldsOf(application).Select(f => (s, f)));

    /// <summary>All values, with their options.</summary>
    public IEnumerable<(OptionSpec Spec, OptionField Field)> Fields => Specs.SelectMany(s => s.Fields.Select(f => (s, f)));

    /// <summary>The settings on the wire: every value that the application has.</summary>
    public JsonObject Write(RunSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var json = new JsonObject();
        foreach ((_, OptionField field) in FieldsOf(settings.Method.Application))
        {
            if (field.Write(settings) is { } value) Put(json, field.Path, value);
            else if (field is NumberField { KeywordPath: { } keyword }) Put(json, keyword, JsonValue.Create(true));
        }

        return json;
    }

    /// <summary>Reads settings from the wire. Values that are not given are the application's defaults.</summary>
    /// <param name="json">The settings; <c>null</c> means that none are given.</param>
    /// <param name="application">The application.</param>
    /// <param name="faults">Receives everything that is wrong.</param>
    public RunSettings Read(JsonObject? json, Application application, ICollection<OptionFault> faults)
    {
        ArgumentNullException.ThrowIfNull(faults);
        var settings = RunSettings.For(application);
        if (json is null) return settings;
        if (Unreadable(json) is { } unreadable)
        {
            faults.Add(unreadable);
            return settings;
        }

        foreach (OptionSpec spec in Specs)
        {
            RunSettings before = settings;
            foreach (OptionField field in spec.Fields) settings = Read(json, spec, field, settings, faults);
            if (spec.Rule is null || settings == before || spec.Rule(settings)) continue;
            faults.Add(new OptionFault("option-out-of-range", $"/{spec.Fields[^1].Path}", $"{spec.Fields[^1].Path} must be {spec.RuleText}"));
            settings = before;
        }

        FindUnknown(json, "", faults);
        return settings;
    }

    /// <exception cref="VgpnnException">Kind Usage: the first value of the method that is out of its range.</exception>
    internal void Validate(MethodOptions options)
    {
        var settings = new RunSettings { Method = options };
        foreach ((OptionSpec spec, OptionField field) in FieldsOf(options.Application))
        {
            if (field.Holds(settings)) continue;
            string name = spec.CommandLineOf(options.Application) ?? field.Path;
            throw new VgpnnException(ErrorKind.Usage, "option-out-of-range", $"{name} cannot be {field.Text(settings)}", $"use {field.Allowed}");
        }
    }

    private static RunSettings Read(JsonObject json, OptionSpec spec, OptionField field, RunSettings settings, ICollection<OptionFault> faults)
    {
        RunSettings read = settings;
        Application application = settings.Method.Application;
        if (Find(json, field.Path) is { } node)
        {
            if (!field.TryRead(node, read, out read))
            {
                faults.Add(new OptionFault("option-out-of-range", $"/{field.Path}", $"{field.Path} is {Short(node)}, but must be {field.Allowed}"));
                return settings;
            }

            // A value that changes nothing is accepted, so that settings which the server returned can be sent again.
            if (read != settings && !(field.Applications ?? spec.Applications).Contains(application))
            {
                faults.Add(new OptionFault("option-not-applicable", $"/{field.Path}", $"{field.Path} does not apply to {application.Name()}"));
                return settings;
            }
        }

        if (field is not NumberField { KeywordPath: { } keyword } || Find(json, keyword) is not { } given) return read;
        if (field.TryReadKeyword(keyword, given, read, out RunSettings chosen)) return chosen;
        faults.Add(new OptionFault("option-out-of-range", $"/{keyword}", $"{keyword} is {Short(given)}, but must be true or false"));
        return read;
    }

    // Nodes that were parsed find members that are given twice, and text that is not UTF-8, only when they are looked at.
    private static OptionFault? Unreadable(JsonObject json)
    {
        try
        {
            foreach ((_, JsonNode? value) in json)
            {
                if (value is JsonObject inner)
                {
                    if (Unreadable(inner) is { } fault) return fault;
                    continue;
                }

                value?.ToJsonString();
                if (value?.GetValueKind() == JsonValueKind.String) value.GetValue<string>();
            }

            return null;
        }
        catch (ArgumentException)
        {
            return new OptionFault("option-twice", "", "a setting is given twice");
        }
        catch (InvalidOperationException)
        {
            return new OptionFault("option-unreadable", "", "a setting is not UTF-8 text");
        }
    }

    private void FindUnknown(JsonObject json, string prefix, ICollection<OptionFault> faults)
    {
        foreach ((string name, JsonNode? value) in json)
        {
            string path = prefix + name;
            if (Fields.Any(f => f.Field.Path == path || (f.Field is NumberField number && number.KeywordPath == path))) continue;
            if (!Fields.Any(f => f.Field.Path.StartsWith($"{path}/", StringComparison.Ordinal)))
                faults.Add(new OptionFault("option-unknown", $"/{Escaped(path)}", $"there is no setting '{Short(path)}'"));
            else if (value is JsonObject members)
                FindUnknown(members, $"{path}/", faults);
            else if (value is not null)
                faults.Add(new OptionFault("option-out-of-range", $"/{path}", $"{path} is {Short(value)}, but must be an object"));
        }
    }

    private static JsonNode? Find(JsonObject json, string path)
    {
        JsonNode? node = json;
        foreach (string name in path.Split('/')) node = (node as JsonObject)?[name];
        return node;
    }

    private static void Put(JsonObject json, string path, JsonNode value)
    {
        string[] names = path.Split('/');
        foreach (string name in names[..^1])
        {
            if (json[name] is not JsonObject inner) json[name] = inner = [];
            json = inner;
        }

        json[names[^1]] = value;
    }

    private static string Short(JsonNode node) => Short(node.ToJsonString());

    private static string Short(string text) => text.Length <= LongestValue ? text : $"{text[..LongestValue]}…";

    // RFC 6901; names of the table's own need no escape.
    private static string Escaped(string path) => Short(path).Replace("~", "~0", StringComparison.Ordinal);
}
