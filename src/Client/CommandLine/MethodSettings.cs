using System.CommandLine;
using System.Globalization;
using Vgpnn.Kernels;
using Vgpnn.Synthesis;

namespace Vgpnn.Client.CommandLine;

/// <summary>The knobs of the method; what is not given stays as the application's preset has it.</summary>
internal sealed class MethodSettings
{
    private const string Group = "Method";

    private readonly MethodOptions _preset;
    private readonly Setting<Scale> _scale;
    private readonly Setting<(double T, double S)> _downscale;
    private readonly Setting<(int T, int S)> _minSize;
    private readonly Setting<Extent> _patch;
    private readonly Setting<int> _iterations;
    private readonly Setting<double?> _noise;
    private readonly Setting<NoiseTime> _noiseTime;
    private readonly Setting<VoteRule> _vote;
    private readonly Setting<SearchMethod> _search;
    private readonly Setting<Engine> _engine;

    public MethodSettings(Application application)
    {
        _preset = MethodOptions.For(application);
        _scale = new("--scale", "T,H,W", ValueText.Scale(0.1, 4))
        {
            Group = Group,
            Description = "Output size over input size in time, height and width.",
            Allowed = "three factors from 0.1 to 4, such as 0.8,1,1",
            Default = application == Application.Generation ? "1,1,1; from 24 frames on 0.8,1,1, so that motions fall out of step" : "1,1,1",
            Synonyms = ["--sthw"],
        };
        _downscale = new("--downscale", "T,S", ValueText.Pair(0.1, 1))
        {
            Group = Group,
            Description = "Factor from one level to the next coarser one, in time and in space; 1 leaves that axis alone.",
            Allowed = "two factors from 0.1 to 1, such as 0.87,0.82",
            Default = Invariant($"{_preset.DownscaleT},{_preset.DownscaleS}"),
        };
        _minSize = new("--min-size", "T,S", ValueText.IntegerPair(1, 10_000))
        {
            Group = Group,
            Description = "Size of the coarsest level: frames, and pixels of the shorter side. Larger keeps more of the input's layout.",
            Allowed = "two whole numbers, frames and pixels from 1 to 10000, such as 3,15",
            Default = Invariant($"{_preset.MinT},{_preset.MinS}"),
        };
        _patch = new("--patch", "T,H,W", ValueText.Extent(1, 15))
        {
            Group = Group,
            Description = "Patch size in frames and pixels; larger keeps larger things whole, and costs in proportion.",
            Allowed = "three whole numbers from 1 to 15, such as 3,7,7",
            Default = "3,7,7; 3,5,5 at levels of more than 3,000,000 voxels",
        };
        _iterations = new("--iterations", "J", ValueText.Integer(1, 100))
        {
            Group = Group,
            Description = "Rounds of matching and voting per level (the coarsest always takes one); time goes with it.",
            Allowed = "a whole number from 1 to 100",
            Default = "5; 1 at levels of more than 3,000,000 voxels",
        };
        _noise = new("--noise", "SIGMA|auto", ValueText.Noise)
        {
            Group = Group,
            Description = "Standard deviation of the noise from which a sample starts, for colours in [-1, 1]; "
                + "0 gives the input's own layout back.",
            Allowed = "a number from 0 to 1000, or auto",
            Default = "auto: from how alike the input's patches are, 2 to 5",
        };
        _noiseTime = Choice(
            "--noise-time", _preset.NoiseTime, "Whether that noise is the same in every frame, which keeps motions natural, or drawn anew.");
        _vote = Choice("--vote", _preset.Vote, "How a pixel is made from the patches that cover it; median is sharpest.");
        _search = Choice("--search", _preset.Search, "How patches are matched; exhaustive is exact and slow beyond tiny clips.");
        _engine = Choice(
            "--engine", _preset.Engine, "What to compute with: fast on 8-bit levels, or float, exact and several times slower.");
    }

    /// <summary>Whether the user gave a scale.</summary>
    public bool IsScaleGiven(ParseResult parse) => _scale.IsGiven(parse);

    public void AddTo(Command command)
    {
        Option[] noise = _preset.Application == Application.Retargeting ? [] : [_noise, _noiseTime];
        Option[] options = [_scale, _downscale, _minSize, _patch, _iterations, .. noise, _vote, _search, _engine];
        foreach (Option option in options) command.Add(option);
    }

    public MethodOptions Read(ParseResult parse)
    {
        (double downT, double downS) = _downscale.Or(parse, (_preset.DownscaleT, _preset.DownscaleS));
        (int minT, int minS) = _minSize.Or(parse, (_preset.MinT, _preset.MinS));
        return _preset with
        {
            Scale = _scale.OrNull(parse),
            DownscaleT = downT,
            DownscaleS = downS,
            MinT = minT,
            MinS = minS,
            Patch = _patch.OrNull(parse),
            Iterations = _iterations.OrNull(parse),
            Noise = _noise.Or(parse, _preset.Noise),
            NoiseTime = _noiseTime.Or(parse, _preset.NoiseTime),
            Vote = _vote.Or(parse, _preset.Vote),
            Search = _search.Or(parse, _preset.Search),
            Engine = _engine.Or(parse, _preset.Engine),
        };
    }

    private static Setting<T> Choice<T>(string name, T fallback, string description)
        where T : struct, Enum => new(name, string.Join('|', Names.All<T>()), ValueText.Name<T>())
        {
            Group = Group,
            Description = description,
            Allowed = Names.Either(Names.All<T>()),
            Default = Names.Of(fallback),
        };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
