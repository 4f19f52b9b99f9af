using System.CommandLine;
using System.Globalization;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.CommandLine;

/// <summary>The knobs of the method; what is not given stays as the application's preset has it.</summary>
internal sealed class MethodSettings
{
    private const string Group = "Method";

    private readonly Flag _loop = new("--loop")
    {
        Group = Group,
        Description = "Make the ends meet: the last frame is followed by the first, without a seam.",
    };

    private readonly Application _application;
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
        _application = application;
        MethodOptions preset = MethodOptions.For(application), loop = MethodOptions.For(application, loop: true);
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
            Default = Invariant($"{preset.DownscaleT},{preset.DownscaleS}"),
        };
        _minSize = new("--min-size", "T,S", ValueText.IntegerPair(1, 10_000))
        {
            Group = Group,
            Description = "Size of the coarsest level: frames, and pixels of the shorter side. Larger keeps more of the input's layout.",
            Allowed = "two whole numbers, frames and pixels from 1 to 10000, such as 3,15",
            Default = Invariant($"{preset.MinT},{preset.MinS}")
                + (!CanLoop(application) ? "" : Invariant($"; with --loop {loop.MinT},{loop.MinS}")),
        };
        _patch = new("--patch", "T,H,W", ValueText.Extent(1, 15))
        {
            Group = Group,
            Description = "Patch size in frames and pixels; larger keeps larger things whole, and costs in proportion.",
            Allowed = "three whole numbers from 1 to 15, such as 3,7,7",
            Default = preset.FollowsStructure ? "3,5,5" : "3,7,7; 3,5,5 at levels of more than 3,000,000 voxels",
        };
        _iterations = new("--iterations", "J", ValueText.Integer(1, 100))
        {
            Group = Group,
            Description = "Rounds of matching and voting per level (the coarsest always takes one); time goes with it.",
            Allowed = "a whole number from 1 to 100",
            Default = application switch
            {
                Application.Analogy => "1",
                Application.Sketch => "3; 1 at the two finest levels",
                _ => "5; 1 at levels of more than 3,000,000 voxels",
            },
        };
        _noise = new("--noise", "SIGMA|auto", ValueText.Noise)
        {
            Group = Group,
            Description = "Standard deviation of the noise from which a sample starts, for colours in [-1, 1]; "
                + application switch
                {
                    Application.Inpainting => "0 starts from the cue itself.",
                    Application.Analogy or Application.Sketch => "it is added to the movement, from 0 to 1.",
                    _ => "0 gives the input's own layout back.",
                },
            Allowed = "a number from 0 to 1000, or auto",
            Default = preset.Noise is null ? "auto: from how alike the input's patches are, 2 to 5" : Invariant($"{preset.Noise}"),
        };
        _noiseTime = Choice(
            "--noise-time", preset.NoiseTime, "Whether that noise is the same in every frame, which keeps motions natural, or drawn anew.");
        _vote = Choice("--vote", preset.Vote, "How a pixel is made from the patches that cover it; median is sharpest.");
        _search = Choice("--search", preset.Search, "How patches are matched; exhaustive is exact and slow beyond tiny clips.");
        _engine = Choice(
            "--engine", preset.Engine, "What to compute with: fast on 8-bit levels, or float, exact and several times slower.");
    }

    public void AddTo(Command command)
    {
        Option[] noise = _application == Application.Retargeting ? [] : [_noise, _noiseTime];
        Option[] size = _application == Application.Inpainting ? [] : [_scale];
        Option[] loop = CanLoop(_application) ? [_loop] : [];
        Option[] options = [.. size, .. loop, _downscale, _minSize, _patch, _iterations, .. noise, _vote, _search, _engine];
        foreach (Option option in options) command.Add(option);
    }

    public MethodOptions Read(ParseResult parse)
    {
        MethodOptions preset = MethodOptions.For(_application, _loop.IsGiven(parse));
        (double downT, double downS) = _downscale.Or(parse, (preset.DownscaleT, preset.DownscaleS));
        (int minT, int minS) = _minSize.Or(parse, (preset.MinT, preset.MinS));
        return preset with
        {
            Scale = _scale.OrNull(parse),
            DownscaleT = downT,
            DownscaleS = downS,
            MinT = minT,
            MinS = minS,
            Patch = _patch.OrNull(parse),
            Iterations = _iterations.OrNull(parse),
            Noise = _noise.Or(parse, preset.Noise),
            NoiseTime = _noiseTime.Or(parse, preset.NoiseTime),
            Vote = _vote.Or(parse, preset.Vote),
            Search = _search.Or(parse, preset.Search),
            Engine = _engine.Or(parse, preset.Engine),
        };
    }

    private static bool CanLoop(Application application) => application is Application.Generation or Application.Retargeting;

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
