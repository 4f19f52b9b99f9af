using System.CommandLine;

namespace Vgpnn.Client.CommandLine;

/// <summary>A command line that works, and what it does.</summary>
/// <param name="Arguments">What stands after the program's name.</param>
/// <param name="Effect">What happens.</param>
internal sealed record Example(string Arguments, string Effect);

/// <summary>A command of the program.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string description)
        : base(name, description) => SetAction(RunAsync);

    /// <summary>Shown at the end of the command's help; the first one also in the program's.</summary>
    public abstract IReadOnlyList<Example> Examples { get; }

    /// <summary>The option that every command has.</summary>
    protected Flag Json { get; } = new("--json")
    {
        Group = "Other",
        Description = "Write JSON to standard output, one object a line, and nothing else.",
    };

    /// <returns>The exit code.</returns>
    protected abstract Task<int> RunAsync(ParseResult parse, CancellationToken cancellation);
}
