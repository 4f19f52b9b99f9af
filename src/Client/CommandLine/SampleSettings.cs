using System.CommandLine;
using System.Security.Cryptography;

namespace Vgpnn.Client.CommandLine;

/// <summary>Options for the number of samples and the seed.</summary>
internal sealed class SampleSettings
{
    /// <summary>Maximum number of samples of a run.</summary>
    public const int MaxSamples = 10_000;

    private const string Group = "Samples";

    private readonly Setting<int> _samples = new("--samples", "N", ValueText.Integer(1, MaxSamples), "-n")
    {
        Group = Group,
        Description = "Number of samples.",
        Allowed = "an integer from 1 to 10000",
        Default = "1",
    };

    private readonly Setting<ulong> _seed = new("--seed", "N", ValueText.Seed)
    {
        Group = Group,
        Description = "Seed of all samples. The same seed gives identical frames for any number of threads.",
        Allowed = $"an integer from 0 to {ValueText.MaxSeed}",
        Default = "random, and printed",
    };

    /// <summary>Adds both options.</summary>
    public void AddTo(Command command)
    {
        AddCountTo(command);
        AddSeedTo(command);
    }

    /// <summary>Adds only the number of samples.</summary>
    public void AddCountTo(Command command) => command.Add(_samples);

    /// <summary>Adds only the seed.</summary>
    public void AddSeedTo(Command command) => command.Add(_seed);

    public int ReadCount(ParseResult parse) => _samples.Or(parse, 1);

    /// <summary>The given seed; <c>null</c> if the server chooses one.</summary>
    public ulong? ReadSeedOrNull(ParseResult parse) => _seed.OrNull(parse);

    /// <summary>Whether a seed was given.</summary>
    public bool IsSeedGiven(ParseResult parse) => _seed.IsGiven(parse);

    /// <summary>The given seed, or a random one with few digits.</summary>
    public ulong ReadSeed(ParseResult parse) => _seed.Or(parse, (ulong)RandomNumberGenerator.GetInt32(int.MaxValue));
}
