namespace Vgpnn.Media.Tests;

/// <summary>
/// Tests that measure the memory or the processor time of the whole process: no other test runs while one of them does, or
/// it would be counted in.
/// </summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public class Alone;
