namespace Vgpnn.Synthesis.Options;

/// <summary>
/// One option of a run, described once: the command line, the API and its description, the page's form, manifests, batches and the
/// reference are all made from it.
/// </summary>
public sealed class OptionSpec
{
    private static readonly Application[] AllApplications = Enum.GetValues<Application>();

    /// <summary>Its name on the command line, with dashes.</summary>
    public required string CommandLine { get; init; }

    /// <summary>Its name on the command line by application, where <c>null</c> means not there; <c>null</c> means <see cref="CommandLine"/> for all.</summary>
    public Func<Application, string?>? CommandLineFor { get; init; }

    /// <summary>The heading that it is listed under.</summary>
    public required string Group { get; init; }

    /// <summary>Its effect, one sentence in the imperative without a full stop.</summary>
    public required string Effect { get; init; }

    /// <summary>The effect by application, where it differs; <c>null</c> means <see cref="Effect"/> for all.</summary>
    public Func<Application, string>? EffectFor { get; init; }

    /// <summary>Its values, at least one.</summary>
    public required IReadOnlyList<OptionField> Fields { get; init; }

    /// <summary>What separates several values on the command line.</summary>
    public string Separator { get; init; } = ",";

    /// <summary>Whether values at the ends may be left out on the command line, though not all of them.</summary>
    public bool IsOpen { get; init; }

    /// <summary>The applications that have it.</summary>
    public IReadOnlyList<Application> Applications { get; init; } = AllApplications;

    /// <summary>Whether it is for verification, and hidden from ordinary help.</summary>
    public bool Advanced { get; init; }

    /// <summary>The default in words, where it is not a value; <c>null</c> means that the value says it.</summary>
    public Func<Application, string>? DefaultFor { get; init; }

    /// <summary>An example of its text, where the default is none.</summary>
    public string? Example { get; init; }

    /// <summary>What must hold between its values; <c>null</c> means nothing.</summary>
    public Func<RunSettings, bool>? Rule { get; init; }

    /// <summary><see cref="Rule"/> as the end of "must be …".</summary>
    public string? RuleText { get; init; }

    /// <summary>Whether it is given on the command line without a value.</summary>
    public bool IsFlag => Fields is [FlagField];

    /// <summary>Its name on the command line of an application; <c>null</c> means that it is not there.</summary>
    public string? CommandLineOf(Application application) =>
        FieldsOf(application).Count == 0 ? null : CommandLineFor is null ? CommandLine : CommandLineFor(application);

    /// <summary>The values that an application has.</summary>
    public IReadOnlyList<OptionField> FieldsOf(Application application) =>
        [.. Fields.Where(f => (f.Applications ?? Applications).Contains(application))];

    /// <summary>Its effect for an application.</summary>
    public string EffectOf(Application application) => EffectFor is null ? Effect : EffectFor(application);

    /// <summary>The placeholder of its text: <c>T,H,W</c>.</summary>
    public string PlaceholderOf(Application application) => FieldsOf(application) is [ChoiceField choice]
        ? string.Join('|', choice.Choices.Select(c => c.Name))
        : string.Join(Separator, FieldsOf(application).Select(f => f.Placeholder));

    /// <summary>The allowed texts as the end of "must be …".</summary>
    public string AllowedOf(Application application)
    {
        IReadOnlyList<OptionField> fields = FieldsOf(application);
        if (fields is [var only]) return only.Allowed;
        string[] allowed = [.. fields.Select(f => f.Allowed).Distinct()];
        string values = allowed.Length == 1 ? $"each {allowed[0]}" : string.Join(", ", fields.Select(f => $"{f.Placeholder} {f.Allowed}"));
        return RuleText ?? $"{PlaceholderOf(application)}, {values}, such as {Example ?? TextOf(application, RunSettings.For(application))}";
    }

    /// <summary>The range in short, with the unit.</summary>
    public string RangeOf(Application application)
    {
        IReadOnlyList<OptionField> fields = FieldsOf(application);
        string[] ranges = [.. fields.Select(f => f.Range).Distinct().Where(r => r.Length > 0)];
        return ranges.Length == 1 ? (fields.Count == 1 ? ranges[0] : $"{ranges[0]} each") : string.Join("; ", ranges);
    }

    /// <summary>The default in words.</summary>
    public string DefaultOf(Application application)
    {
        if (IsFlag) return "off";
        string value = DefaultFor?.Invoke(application) ?? TextOf(application, RunSettings.For(application)) ?? "none";
        if (application is not (Application.Generation or Application.Retargeting)) return value;
        string loop = DefaultFor?.Invoke(application) ?? TextOf(application, RunSettings.For(application, loop: true)) ?? "none";
        return loop == value ? value : $"{value}; {loop} with --loop";
    }

    /// <summary>Its text for settings; <c>null</c> means that it has no value.</summary>
    public string? TextOf(Application application, RunSettings settings)
    {
        string?[] parts = [.. FieldsOf(application).Select(f => f.Text(settings))];
        bool complete = IsOpen ? parts.Any(p => p is not null) : parts.Length > 0 && parts.All(p => p is not null);
        return complete ? string.Join(Separator, parts) : null;
    }

    /// <summary>Reads its text.</summary>
    public bool TryParse(string text, Application application, RunSettings settings, out RunSettings result)
    {
        ArgumentNullException.ThrowIfNull(text);
        IReadOnlyList<OptionField> fields = FieldsOf(application);
        string[] parts = fields.Count == 1 ? [text.Trim()] : text.Split(Separator, StringSplitOptions.TrimEntries);
        result = settings;
        if (parts.Length != fields.Count || (IsOpen && parts.All(p => p.Length == 0))) return false;
        RunSettings read = settings;
        for (int i = 0; i < parts.Length; i++)
        {
            if (IsOpen && parts[i].Length == 0) continue;
            if (!fields[i].TryParse(parts[i], read, out read)) return false;
        }

        if (Rule is not null && !Rule(read)) return false;
        result = read;
        return true;
    }
}
