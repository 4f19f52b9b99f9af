using Vgpnn.Client.CommandLine;
using Vgpnn.Synthesis.Options;

namespace Vgpnn.Client.Commands;

/// <summary><c>vgpnn generate</c>: one clip in, many out.</summary>
internal sealed class GenerateCommand : RunVerb
{
    public GenerateCommand(Place place = Place.Here)
        : base(
            place, Application.Generation, "generate", "Make new videos out of one: each is woven from space-time patches of the input.", "samples",
            several: true)
    {
        AddInput();
        Samples.AddTo(this);
        AddCommon();
    }

    public override IReadOnlyList<Example> Examples =>
    [
        new("generate clip.mp4 -n 4", "Four samples in clip-samples/, and a page to watch them on."),
        new("generate clip.mp4 -n 8 --seed 7 -o out", "The same eight samples every time."),
        new("generate frames/ --frames 1..40 --max-height 240", "Frames from a directory, fewer and smaller ones for a quick look."),
        new("generate clip.mp4 --scale 1,1,1.5", "1.5 times as wide, and rearranged."),
        new("generate a.mp4 b.mp4 -n 4", "Four samples that mix two clips."),
        new("generate clip.mp4 --loop", "A video that can be played round and round."),
        new("generate clip.mp4 --dry-run", "Levels, sizes, memory and expected time, without making anything."),
        new("generate clip.mp4 --format png --save-levels", "Lossless frames, and every step from coarse to fine."),
    ];
}
