namespace Vgpnn.Kernels.Tests.Simd;

/// <summary>The wide instruction sets change the speed of the kernels, not one bit of what they compute.</summary>
public class InstructionSetTests
{
    private static readonly string[] Expected = [.. Probe.Hashes()];

    [Theory]
    [InlineData("EnableAVX512", null)]
    [InlineData("EnableAVX2", Probe.Width256)]
    [InlineData("EnableAVX", Probe.Width256)]
    [InlineData("EnableHWIntrinsic", Probe.Width128)]
    public async Task Results_have_the_same_bits_with_an_instruction_set_switched_off(string instructionSet, string? lost)
    {
        string[] lines = await RunProbe(instructionSet);

        // The switch took effect: without this the comparison could be one of a process with itself.
        if (lost is not null) Assert.Contains($"{lost} False", lines);
        Assert.Equal(Expected, lines.Where(l => !l.StartsWith("vectors", StringComparison.Ordinal)));
    }

    private static Task<string[]> RunProbe(string switchedOff) => ProbeProcess.RunAsync(new Dictionary<string, string> { [$"DOTNET_{switchedOff}"] = "0" });
}
