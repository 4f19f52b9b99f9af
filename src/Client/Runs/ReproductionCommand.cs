using System.Globalization;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>Creates command lines that repeat a run, with every setting that affects the frames.</summary>
internal static class ReproductionCommand
{
    /// <summary>The command that repeats the run from its manifest and compares the frames.</summary>
    public static string Repeat(OutputRequest output) =>
        Line(["repeat", Path.Combine(output.Directory, ManifestFile.Name)]);

    /// <summary>The command that makes the samples from the inputs alone.</summary>
    public static string Run(PreparedRun run, OutputRequest output)
    {
        Application application = run.Request.Options.Application;
        List<string> arguments =
        [
            Verb(application), .. run.Request.Input.Inputs.SelectMany(Argument),
            "--output", output.Directory, "--format", Names.Of(output.Format), "--seed", run.Request.Seed.ToString(CultureInfo.InvariantCulture),
        ];
        if (application != Application.Retargeting) arguments.AddRange(["--samples", run.Request.SetSize.ToString(CultureInfo.InvariantCulture)]);
        if (run.Request.Flow is { } flow) arguments.AddRange(["--flow", $"raft={flow.Path}"]);
        (RunSettings settings, var defaults) = (ManifestMaker.Resolved(run), RunSettings.For(application));
        foreach (OptionSpec spec in OptionTable.Default.OnCommandLine(application))
        {
            string? text = spec.TextOf(application, settings);

            // An option without a value whose default has no value either is left out.
            if (text is null || (spec.Fields is [NumberField { Keyword: { } keyword }] && text == keyword && text == spec.TextOf(application, defaults))) continue;
            arguments.AddRange(spec.IsFlag ? [spec.CommandLineOf(application)!] : [spec.CommandLineOf(application)!, text]);
        }

        arguments.AddRange(["--device", run.EngineClass == BackendName.Cpu ? "cpu" : "gpu"]);
        if (output.SaveLevels) arguments.Add("--save-levels");
        return Line(arguments);
    }

    private static string Verb(Application application) => application switch
    {
        Application.Generation => "generate",
        Application.Retargeting => "retarget",
        Application.Inpainting => "inpaint",
        Application.Analogy => "analogy",
        Application.Sketch => "sketch",
        _ => throw new ArgumentOutOfRangeException(nameof(application)),
    };

    /// <summary>The edited clip and the style are arguments; other inputs are options named by their role.</summary>
    private static string[] Argument(InputPath input)
    {
        string path = input.Path.StartsWith('-') ? $"./{input.Path}" : input.Path;
        return input.Role.IsWorkedOn() || input.Role == InputRole.Style ? [path] : [$"--{Names.Of(input.Role)}", path];
    }

    private static string Line(IEnumerable<string> arguments) => $"{ProgramName.Current} {ShellText.Join(arguments)}";
}
