namespace Vgpnn.Synthesis.Tests;

/// <summary>
/// Tests that measure the memory or the CPU time of the whole process; they run one at a time, without any other test.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
