using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace Vgpnn.Benchmarks;

/// <summary>A column with a value that is computed for each case instead of timed.</summary>
/// <param name="name">Column header.</param>
/// <param name="legend">Explanation of the column.</param>
/// <param name="value">Computes the value of a case.</param>
internal sealed class ComputedColumn(string name, string legend, Func<BenchmarkCase, string> value) : IColumn
{
    public string Id => $"{nameof(ComputedColumn)}.{name}";

    public string ColumnName => name;

    public string Legend => legend;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public bool IsAvailable(Summary summary) => true;

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => value(benchmarkCase);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => value(benchmarkCase);
}
