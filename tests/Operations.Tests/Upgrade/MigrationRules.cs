using System.Text.RegularExpressions;
using Vgpnn.Operations.Tests.Support;

namespace Vgpnn.Operations.Tests.Upgrade;

/// <summary>Migrations only add: a silo of the version before, which knows nothing of what is new, goes on working.</summary>
public sealed partial class MigrationRules
{
    public static TheoryData<string> Migrations => [.. Directory.EnumerateFiles(
        Repository.At("src", "Grains", "State", "Migrations"), "*.sql").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Migrations))]
    public void A_migration_only_adds(string file)
    {
        string sql = Comment().Replace(File.ReadAllText(Repository.At("src", "Grains", "State", "Migrations", file)), "");
        Assert.DoesNotMatch(@"(?i)\b(DROP|RENAME|TRUNCATE|REVOKE)\b", sql);
        Assert.DoesNotMatch(@"(?i)\bALTER\s+(COLUMN|TYPE)\b", sql);
        Assert.DoesNotMatch(@"(?i)\bADD\s+(CONSTRAINT|CHECK|UNIQUE|FOREIGN)\b", sql);
        Assert.DoesNotMatch(@"(?i)\bDELETE\s+FROM\b", sql);

        // What older programs insert has no value for it.
        foreach (Match column in AddColumn().Matches(sql))
            Assert.True(!column.Value.Contains("NOT NULL", StringComparison.OrdinalIgnoreCase) || column.Value.Contains("DEFAULT", StringComparison.OrdinalIgnoreCase), column.Value);
    }

    [GeneratedRegex(@"--[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?i)\bADD\s+COLUMN\b[^;]*;")]
    private static partial Regex AddColumn();
}
