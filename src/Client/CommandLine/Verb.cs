using System.CommandLine;

namespace Vgpnn.Client.CommandLine;

/// <summary>An example of a command line.</summary>
/// <param name="Arguments">The text after the program's name.</param>
/// <param name="Effect">Its effect.</param>
internal sealed record Example(string Arguments, string Effect);

/// <summary>A command of the program.</summary>
internal abstract class Verb : Command
{
    protected Verb(string name, string description)
        : base(name, description) => SetAction(RunAsync);

    /// <summary>Examples at the end of the command's help; the first one also appears in the program's help.</summary>
    public abstract IReadOnlyList<Example> Examples { get; }

    /// <summary>The option that all commands share.</summary>
    protected Flag Json { get; } = new("--json")
    {
        Group = "Other",
        Description = "Write one JSON object per line to stdout, and nothing else.",
    };

    /// <returns>The exit code.</returns>
    protected abstract Task<int> RunAsync(ParseResult parse, CancellationToken cancellation);
}
