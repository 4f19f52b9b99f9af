using System.Globalization;
using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Backends;
using Vgpnn.Synthesis.Manifest;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Runs;

/// <summary>The command lines that make a set again: every setting that matters to the bits is spelled out or recorded.</summary>
internal static class ReproductionCommand
{
    /// <summary>Makes the set from its manifest, and checks it.</summary>
    public static string Repeat(OutputRequest output) =>
        Line(["repeat", Path.Combine(output.Directory, ManifestFile.Name)]);

    /// <summary>Makes the set from nothing but the inputs.</summary>
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

            // What has no value, and has none by default, needs no words.
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

    /// <summary>What is worked on is an argument, all else an option named by its role.</summary>
    private static string[] Argument(InputPath input)
    {
        string path = input.Path.StartsWith('-') ? $"./{input.Path}" : input.Path;
        return input.Role.IsWorkedOn() || input.Role == InputRole.Style ? [path] : [$"--{Names.Of(input.Role)}", path];
    }

    private static string Line(IEnumerable<string> arguments) => $"{ProgramName.Current} {ShellText.Join(arguments)}";
}
