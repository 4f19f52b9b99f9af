using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Vgpnn.Kernels.Search;
using Vgpnn.Kernels.Volumes;
using Vgpnn.Kernels.Voting;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.CommandLine;

/// <summary>The options of the option table on the command line of an application. Options that are not given keep the defaults.</summary>
internal sealed class MethodSettings
{
    private static readonly string[] Leading = ["Input", "Size", "Mask"];

    private readonly Application _application;
    private readonly (OptionSpec Spec, Option Option)[] _options;

    public MethodSettings(Application application, OptionTable? table = null)
    {
        _application = application;
        _options = [.. (table ?? OptionTable.Default).OnCommandLine(application).Select(spec => (spec, Create(spec, application)))];
    }

    /// <param name="application">The application.</param>
    /// <param name="taken">The options that the command accepts, with its own help texts.</param>
    public MethodSettings(Application application, IReadOnlyList<(string Name, string Description)> taken)
        : this(application)
    {
        _options = [.. taken.Select(t => _options.First(o => o.Option.Name == t.Name))];
        foreach ((string name, string description) in taken) _options.First(o => o.Option.Name == name).Option.Description = description;
    }

    /// <summary>All options.</summary>
    public IEnumerable<Option> All => _options.Select(o => o.Option);

    /// <summary>Adds the options of inputs and outputs, which help lists before the number of samples.</summary>
    public void AddLeadingTo(Command command) => Add(command, leading: true);

    /// <summary>Adds all other options.</summary>
    public void AddOthersTo(Command command) => Add(command, leading: false);

    public RunSettings Read(ParseResult parse)
    {
        var settings = RunSettings.For(_application);
        foreach ((OptionSpec spec, Option option) in _options)
        {
            // The parser accepted the value, so this cannot fail.
            if (parse.GetResult(option) is { Implicit: false } result)
                spec.TryParse(spec.IsFlag ? "" : result.Tokens[0].Value, _application, settings, out settings);
        }

        return settings;
    }

    private void Add(Command command, bool leading)
    {
        foreach ((OptionSpec spec, Option option) in _options)
            if (Leading.Contains(spec.Group) == leading) command.Add(option);
    }

    private static Option Create(OptionSpec spec, Application application) => spec.IsFlag
        ? new Flag(spec.CommandLineOf(application)!) { Group = spec.Group, Description = spec.EffectOf(application) }
        : new SpecSetting(spec, application) { Description = spec.EffectOf(application) };

    private sealed class SpecSetting : Option<string>, ISetting
    {
        private readonly OptionSpec _spec;
        private readonly Application _application;

        public SpecSetting(OptionSpec spec, Application application)
            : base(spec.CommandLineOf(application)!)
        {
            (_spec, _application) = (spec, application);
            HelpName = spec.PlaceholderOf(application);
            Arity = ArgumentArity.ExactlyOne;
            CustomParser = Parse;
        }

        public string Group => _spec.Group;

        public string Allowed => _spec.AllowedOf(_application);

        public string Range => _spec.RangeOf(_application);

        public string Default => _spec.DefaultOf(_application);

        public bool IsAdvanced => _spec.Advanced;

        private string? Parse(ArgumentResult result)
        {
            string text = result.Tokens[0].Value;
            if (_spec.TryParse(text, _application, RunSettings.For(_application), out _)) return text;
            result.AddError($"{Name} is '{text}', but must be {Allowed}");
            return null;
        }
    }
}
