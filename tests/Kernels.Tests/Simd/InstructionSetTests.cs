namespace Vgpnn.Kernels.Tests.Simd;

/// <summary>Wide instruction sets change the speed of the kernels, but no bit of their results.</summary>
public class InstructionSetTests
{
    private static readonly string[] Expected = [.. Probe.Hashes()];

    [Theory]
    [InlineData("EnableAVX512", null)]
    [InlineData("EnableAVX2", Probe.Width256)]
    [InlineData("EnableAVX", Probe.Width256)]
    [InlineData("EnableHWIntrinsic", Probe.Width128)]
    public async Task Kernels_have_the_same_bits_when_an_instruction_set_is_disabled(string instructionSet, string? lost)
    {
        string[] lines = await RunProbe(instructionSet);

        // Checks that the switch took effect; otherwise the process would be compared with itself.
        if (lost is not null) Assert.Contains($"{lost} False", lines);
        Assert.Equal(Expected, lines.Where(l => !l.StartsWith("vectors", StringComparison.Ordinal)));
    }

    private static Task<string[]> RunProbe(string switchedOff) => ProbeProcess.RunAsync(new Dictionary<string, string> { [$"DOTNET_{switchedOff}"] = "0" });
}
