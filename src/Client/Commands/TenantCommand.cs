using System.CommandLine;
using Spectre.Console;
using Vgpnn.Client.Api;
using Vgpnn.Client.CommandLine;
using Vgpnn.Client.Reporting;
using Vgpnn.Contracts;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn tenant</c>: tenants, their keys and limits, for the operator.</summary>
internal sealed class TenantCommand : RemoteVerb
{
    private const string Limits = "Limits", Keys = "Keys";

    private readonly Argument<string> _action = new("ACTION") { Description = "add, key, limit or list." };

    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "The tenant's name; 'list' takes none.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Setting<string> _scopes = new("--scopes", "S,…", TryScopes)
    {
        Group = Keys,
        Description = "What the key may do.",
        Allowed = "scopes out of read, write and admin, separated by commas",
        Default = "read,write",
    };

    private readonly Setting<int> _weight = Number("--weight", "N", "Its share beside other tenants.", 1_000);
    private readonly Setting<int> _running = Number("--max-running", "N", "Samples at work at once.", 1_000_000);
    private readonly Setting<int> _queued = Number("--max-queued", "N", "Samples that wait or run.", int.MaxValue);
    private readonly Setting<int> _perMinute = Number("--requests-per-minute", "N", "Calls of the API in a minute, for each key.", 1_000_000);

    private readonly Setting<long> _bytes = new("--max-bytes", "SIZE", ByteSize.TryParse)
    {
        Group = Limits,
        Description = "Bytes of videos and results.",
        Allowed = "an amount such as 500M or 20G",
        Default = "as it is; 100 GiB for a new tenant",
    };

    private readonly Setting<int> _retention = new("--retention-hours", "N", ValueText.Integer(0, 1_000_000))
    {
        Group = Limits,
        Description = "Hours after which videos and finished requests are deleted; 0: never.",
        Allowed = "a whole number from 0 to 1000000",
        Default = "as it is; 0 for a new tenant",
    };

    public TenantCommand()
        : base("tenant", "Add and list a server's tenants, make keys, set limits; takes a key with the scope 'admin'.")
    {
        Add(_action);
        Add(_name);
        Add(_scopes);
        foreach (Option option in (Option[])[_weight, _running, _queued, _bytes, _retention, _perMinute]) Add(option);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("tenant list", "All tenants, and what they use."),
        new("tenant add studio --max-bytes 20G", "A new tenant."),
        new("tenant key studio", "A key for it, shown this once."),
        new("tenant limit studio --weight 2", "Twice the share of the others."),
    ];

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        string action = parse.GetRequiredValue(_action);
        string? name = parse.GetValue(_name);
        if (action is not ("add" or "key" or "limit" or "list"))
            throw new VgpnnException(ErrorKind.Usage, "unknown-action", $"there is nothing like 'tenant {action}'", "add, key, limit or list");
        if (action != "list" && string.IsNullOrWhiteSpace(name))
            throw new VgpnnException(ErrorKind.Usage, "missing-argument", "the tenant's name is missing", $"{ProgramName.Current} tenant {action} NAME");
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

        Table table = Tables.New("Tenant", "Share", "At work", "Waiting", "Bytes", "Kept", "Calls a minute");
        foreach (Tenant t in tenants)
        {
            table.AddRow(
                Markup.Escape(HumanText.OneLine(t.Name)), $"{t.Allowed.Weight}", $"{t.Used.Running} of {HumanText.Number(t.Allowed.MaxRunning)}",
                $"{t.Used.Queued} of {HumanText.Number(t.Allowed.MaxQueued)}", $"{ByteSize.Format(t.Used.Bytes)} of {ByteSize.Format(t.Allowed.MaxBytes)}",
                t.Allowed.RetentionHours == 0 ? "for ever" : $"{t.Allowed.RetentionHours} h", HumanText.Number(t.Allowed.RequestsPerMinute));
        }

        Tables.Write(table);
    }

    private static async Task<Tenant> FindAsync(ApiClient api, string name, CancellationToken cancellation) =>
        (await api.ListTenantsAsync(cancellation)).Items.FirstOrDefault(t => t.Name == name)
        ?? throw new RemoteException("not-found", $"there is no tenant {HumanText.OneLine(name)}", $"{ProgramName.Current} tenant list");

    private static Setting<int> Number(string name, string value, string description, int most) => new(name, value, ValueText.Integer(1, most))
    {
        Group = Limits,
        Description = description,
        Allowed = $"a whole number from 1 to {most}",
        Default = "as it is",
    };

    private static bool TryScopes(string text, out string scopes)
    {
        scopes = text;
        return text.Split(',').All(s => Enum.TryParse(s, ignoreCase: true, out KeyScope scope) && Enum.IsDefined(scope) && !char.IsAsciiDigit(s[0]));
    }
}
