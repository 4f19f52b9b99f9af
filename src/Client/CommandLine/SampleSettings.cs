using System.CommandLine;
using System.Security.Cryptography;

namespace Vgpnn.Client.CommandLine;

/// <summary>How many samples, and of which seed.</summary>
internal sealed class SampleSettings
{
    /// <summary>The most samples of one run.</summary>
    public const int MaxSamples = 10_000;

    private const string Group = "Samples";

    private readonly Setting<int> _samples = new("--samples", "N", ValueText.Integer(1, MaxSamples), "-n")
    {
        Group = Group,
        Description = "How many samples to make.",
        Allowed = "a whole number from 1 to 10000",
        Default = "1",
    };

    private readonly Setting<ulong> _seed = new("--seed", "N", ValueText.Seed)
    {
        Group = Group,
        Description = "The same seed gives the same samples, bit for bit, on any number of threads.",
        Allowed = $"a whole number from 0 to {ValueText.MaxSeed}",
        Default = "drawn at random, and printed",
    };

    /// <summary>Adds how many samples, and of which seed.</summary>
    public void AddTo(Command command)
    {
        AddCountTo(command);
        AddSeedTo(command);
    }

    /// <summary>Adds only how many samples.</summary>
    public void AddCountTo(Command command) => command.Add(_samples);

    /// <summary>Adds only the seed.</summary>
    public void AddSeedTo(Command command) => command.Add(_seed);

    public int ReadCount(ParseResult parse) => _samples.Or(parse, 1);

    /// <summary>The seed given; null: a server draws one.</summary>
    public ulong? ReadSeedOrNull(ParseResult parse) => _seed.OrNull(parse);

    /// <summary>Whether a seed is given.</summary>
    public bool IsSeedGiven(ParseResult parse) => _seed.IsGiven(parse);

    /// <summary>The seed given, or one drawn now: short enough to be read out.</summary>
    public ulong ReadSeed(ParseResult parse) => _seed.Or(parse, (ulong)RandomNumberGenerator.GetInt32(int.MaxValue));
}
