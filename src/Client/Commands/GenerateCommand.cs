using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn generate</c>: makes new videos from one or more clips.</summary>
internal sealed class GenerateCommand : RunVerb
{
    public GenerateCommand(RunTarget target = RunTarget.Local)
        : base(
            target, Application.Generation, "generate", "Make new videos from a single video. Every sample is assembled from space-time patches of the input.", "samples",
            several: true)
    {
        AddInput();
        Samples.AddTo(this);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("generate clip.mp4 -n 4", "Four samples in clip-samples/, with a page that plays them."),
        new("generate clip.mp4 -n 8 --seed 7 -o out", "The same eight samples every time."),
        new("generate frames/ --frames 1..40 --max-height 240", "Frames 1 to 40 of a directory, downscaled for a quick preview."),
        new("generate clip.mp4 --scale 1,1,1.5", "Samples 1.5 times as wide as the input."),
        new("generate a.mp4 b.mp4 -n 4", "Four samples that mix two clips."),
        new("generate clip.mp4 --loop", "A sample that loops seamlessly."),
        new("generate clip.mp4 --dry-run", "Shows levels, sizes, memory and expected time, and writes nothing."),
        new("generate clip.mp4 --format png --save-levels", "Lossless frames, and the output of every level."),
    ];
}
