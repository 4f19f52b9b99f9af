using System.CommandLine;
using Spectre.Console;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn tenant</c>: manages tenants, their keys and limits.</summary>
internal sealed class TenantCommand : RemoteVerb
{
    private const string Limits = "Limits", Keys = "Keys";

    private readonly Argument<string> _action = new("ACTION") { Description = "add, key, limit or list." };

    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "The tenant's name; not used by 'list'.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Setting<string> _scopes = new("--scopes", "S,…", TryScopes)
    {
        Group = Keys,
        Description = "Permissions of the key.",
        Allowed = "read, write and admin, separated by commas",
        Default = "read,write",
    };

    private readonly Setting<int> _weight = Number("--weight", "N", "Fair-share weight.", 1_000);
    private readonly Setting<int> _running = Number("--max-running", "N", "Maximum number of running samples.", 1_000_000);
    private readonly Setting<int> _queued = Number("--max-queued", "N", "Maximum number of queued and running samples.", int.MaxValue);
    private readonly Setting<int> _perMinute = Number("--requests-per-minute", "N", "API calls per minute and key.", 1_000_000);

    private readonly Setting<long> _bytes = new("--max-bytes", "SIZE", ByteSize.TryParse)
    {
        Group = Limits,
        Description = "Storage for videos and results.",
        Allowed = "a size such as 500M or 20G",
        Default = "unchanged; 100 GiB for a new tenant",
    };

    private readonly Setting<int> _retention = new("--retention-hours", "N", ValueText.Integer(0, 1_000_000))
    {
        Group = Limits,
        Description = "Hours until videos and finished requests are deleted; 0 keeps them.",
        Allowed = "an integer from 0 to 1000000",
        Default = "unchanged; 0 for a new tenant",
    };

    public TenantCommand()
        : base("tenant", "Add and list tenants, create keys, and set limits. Needs a key with the scope 'admin'.")
    {
        Add(_action);
        Add(_name);
        Add(_scopes);
        foreach (Option option in (Option[])[_weight, _running, _queued, _bytes, _retention, _perMinute]) Add(option);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("tenant list", "All tenants with their usage and limits."),
        new("tenant add studio --max-bytes 20G", "Adds a tenant."),
        new("tenant key studio", "Creates a key; it is shown only once."),
        new("tenant limit studio --weight 2", "Doubles the tenant's share."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string action = parse.GetRequiredValue(_action);
        string? name = parse.GetValue(_name);
        if (action is not ("add" or "key" or "limit" or "list"))
            throw new VgpnnException(ErrorKind.Usage, "unknown-action", $"unknown action 'tenant {action}'", "use add, key, limit or list");
        if (action != "list" && string.IsNullOrWhiteSpace(name))
            throw new VgpnnException(ErrorKind.Usage, "missing-argument", "NAME is missing", $"use {ProgramName.Current} tenant {action} NAME");
        using ApiClient api = Connect(parse);
        switch (action)
        {
            case "list":
                Write(parse, (await api.ListTenantsAsync(cancellation)).Items);
                break;
            case "add":
                Write(parse, [await api.CreateTenantAsync(new TenantDraft(name!, Change(parse, new TenantLimits())), cancellation)]);
                break;
            case "limit":
                Tenant tenant = await FindAsync(api, name!, cancellation);
                Write(parse, [await api.SetLimitsAsync(tenant.Id, Change(parse, tenant.Allowed), cancellation)]);
                break;
            case "key":
                Tenant owner = await FindAsync(api, name!, cancellation);
                KeyScope[] scopes = [.. _scopes.Or(parse, "read,write").Split(',').Select(s => Enum.Parse<KeyScope>(s, ignoreCase: true))];
                NewKey key = await api.CreateKeyAsync(owner.Id, new KeyDraft(scopes), cancellation);
                if (Json.IsGiven(parse)) WriteJson(key);
                else Console.WriteLine(key.Key);
                break;
        }

        return ExitCode.Success;
    }

    private TenantLimits Change(ParseResult parse, TenantLimits limits) => limits with
    {
        Weight = _weight.Or(parse, limits.Weight),
        MaxRunning = _running.Or(parse, limits.MaxRunning),
        MaxQueued = _queued.OrNull(parse) ?? limits.MaxQueued,
        MaxBytes = _bytes.Or(parse, limits.MaxBytes),
        RetentionHours = _retention.Or(parse, limits.RetentionHours),
        RequestsPerMinute = _perMinute.Or(parse, limits.RequestsPerMinute),
    };

    private void Write(ParseResult parse, IReadOnlyList<Tenant> tenants)
    {
        if (Json.IsGiven(parse))
        {
            WriteJson(tenants);
            return;
        }

        Table table = Tables.New("Tenant", "Weight", "Running", "Queued", "Stored", "Retention", "Calls per minute");
        foreach (Tenant t in tenants)
        {
            table.AddRow(
                Markup.Escape(HumanText.OneLine(t.Name)), $"{t.Allowed.Weight}", $"{t.Used.Running} of {HumanText.Number(t.Allowed.MaxRunning)}",
                $"{t.Used.Queued} of {HumanText.Number(t.Allowed.MaxQueued)}", $"{ByteSize.Format(t.Used.Bytes)} of {ByteSize.Format(t.Allowed.MaxBytes)}",
                t.Allowed.RetentionHours == 0 ? "until deleted" : $"{t.Allowed.RetentionHours} h", HumanText.Number(t.Allowed.RequestsPerMinute));
        }

        Tables.Write(table);
    }

    private static async Task<Tenant> FindAsync(ApiClient api, string name, CancellationToken cancellation) =>
        (await api.ListTenantsAsync(cancellation)).Items.FirstOrDefault(t => t.Name == name)
        ?? throw new RemoteException("not-found", $"there is no tenant '{HumanText.OneLine(name)}'", $"list all tenants: {ProgramName.Current} tenant list");

    private static Setting<int> Number(string name, string value, string description, int most) => new(name, value, ValueText.Integer(1, most))
    {
        Group = Limits,
        Description = description,
        Allowed = $"an integer from 1 to {most}",
        Default = "unchanged",
    };

    private static bool TryScopes(string text, out string scopes)
    {
        scopes = text;
        return text.Split(',').All(s => Enum.TryParse(s, ignoreCase: true, out KeyScope scope) && Enum.IsDefined(scope) && !char.IsAsciiDigit(s[0]));
    }
}
