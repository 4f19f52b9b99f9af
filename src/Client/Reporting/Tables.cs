using Spectre.Console;

namespace Vgpnn.Client.Reporting;

/// <summary>Tables of one look.</summary>
internal static class Tables
{
    /// <summary>A table whose first column is aligned to the left.</summary>
    public static Table New(params string[] columns)
    {
        Table table = new Table().RoundedBorder().BorderColor(Color.Grey);
        foreach (string column in columns) table.AddColumn(new TableColumn(Markup.Escape(column)).NoWrap());
        return table;
    }
}
