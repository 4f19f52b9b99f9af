using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Vgpnn.Client.CommandLine;

namespace Vgpnn.Client.Commands;

/// <summary>The program: its commands, <c>--help</c> and <c>--version</c>.</summary>
internal static class VgpnnCommand
{
    public static RootCommand Create()
    {
        var root = new RootCommand("Vgpnn makes new videos from a single video with space-time patch nearest neighbours. It needs no training.")
        {
            new GenerateCommand(),
            new RetargetCommand(),
            new AnalogyCommand(),
            new SketchCommand(),
            new InpaintCommand(),
            new RepeatCommand(),
            new EvaluateCommand(),
            new DevicesCommand(),
            new BenchCommand(),
            new DemoCommand(),
            new ServeCommand(),
            new SubmitCommand(),
            new StatusCommand(),
            new WaitCommand(),
            new DownloadCommand(),
            new CancelCommand(),
            new BatchCommand(),
            new NodesCommand(),
            new TenantCommand(),
            new DoctorCommand(),
        };
        root.Options.OfType<HelpOption>().Single().Action = new HelpPage();
        root.Options.OfType<VersionOption>().Single().Action = new VersionPage();
        root.SetAction(parse =>
        {
            HelpPage.Write(root, parse.InvocationConfiguration.Output);
            return ExitCode.Usage;
        });
        return root;
    }

    private sealed class VersionPage : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"vgpnn {ProgramName.Version}");
            return ExitCode.Success;
        }
    }
}
