using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Vgpnn.Kernels.Tests.Engines;

/// <summary>A test inherited from a conformance suite; skipped with the reason in the class's <c>Missing</c> property.</summary>
[XunitTestCaseDiscoverer("Vgpnn.Kernels.Tests.Engines." + nameof(EngineFactDiscoverer), "Vgpnn.Kernels.Tests")]
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EngineFactAttribute : FactAttribute;

/// <summary>A theory inherited from a conformance suite; skipped like <see cref="EngineFactAttribute"/>.</summary>
[XunitTestCaseDiscoverer("Vgpnn.Kernels.Tests.Engines." + nameof(EngineTheoryDiscoverer), "Vgpnn.Kernels.Tests")]
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EngineTheoryAttribute : TheoryAttribute;

internal sealed class EngineFactDiscoverer(IMessageSink sink) : FactDiscoverer(sink)
{
    protected override IXunitTestCase CreateTestCase(ITestFrameworkDiscoveryOptions options, ITestMethod method, IAttributeInfo fact) =>
        SkippedEngine.Reason(method) is null ? base.CreateTestCase(options, method, fact) : new SkippedEngine(DiagnosticMessageSink, method);
}

internal sealed class EngineTheoryDiscoverer(IMessageSink sink) : TheoryDiscoverer(sink)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions options, ITestMethod method, IAttributeInfo theory) =>
        SkippedEngine.Reason(method) is null ? base.Discover(options, method, theory) : [new SkippedEngine(DiagnosticMessageSink, method)];
}

/// <summary>A skipped test of an engine that this machine lacks.</summary>
public sealed class SkippedEngine : XunitTestCase
{
    /// <summary>For deserialization by the test runner.</summary>
    [Obsolete("for the runner")]
    public SkippedEngine()
    {
    }

    internal SkippedEngine(IMessageSink sink, ITestMethod method)
        : base(sink, TestMethodDisplay.ClassAndMethod, TestMethodDisplayOptions.None, method)
    {
    }

    internal static string? Reason(ITestMethod method) => (string?)method.TestClass.Class.ToRuntimeType()
        .GetProperty("Missing", BindingFlags.Public | BindingFlags.Static)?.GetValue(null);

    /// <inheritdoc/>
    protected override string GetSkipReason(IAttributeInfo factAttribute) => Reason(TestMethod)!;
}
