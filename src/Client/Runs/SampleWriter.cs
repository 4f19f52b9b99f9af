using Vgpnn.Kernels.Volumes;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;

namespace Vgpnn.Client.Runs;

/// <summary>Writes a run's videos.</summary>
internal sealed class SampleWriter(ResultDirectory directory, ClipFormat format)
{
    /// <summary>Whether a page can play the format and keep it in step; else a video is written beside it.</summary>
    private bool NeedsPreview => format is ClipFormat.Gif or ClipFormat.Png;

    /// <summary>Writes the frames of an input, for people to look at.</summary>
    public Task WriteInputAsync(Clip clip, string name, CancellationToken cancellation) =>
        ClipWriter.WriteAsync(clip, directory.In(name), ClipFormat.Mp4, cancellation: cancellation);

    /// <summary>Writes a sample that is still being made: starting the encoder takes as long as a small clip's writing.</summary>
    /// <returns>The sample's and its preview's names, relative to the directory.</returns>
    public async Task<(string File, string Preview)> WriteSampleAsync(
        Task<Clip> clip, Extent extent, FrameRate frameRate, int index, string comment, CancellationToken cancellation)
    {
        string file = ResultDirectory.SampleName(index) + ClipWriter.Extension(format);
        string preview = file;
        if (NeedsPreview)
        {
            preview = ResultDirectory.PreviewName(index);
            await WriteAsync(preview, ClipFormat.Mp4);
        }

        await WriteAsync(file, format);
        return (file, preview);

        Task WriteAsync(string name, ClipFormat what) =>
            ClipWriter.WriteAsync(clip, extent, frameRate, PlaceOf(name), what, comment, cancellation);
    }

    /// <summary>Writes the output of a level that is done, without loss, while the engine waits: its samples are not there later.</summary>
    /// <param name="level">What the run told.</param>
    /// <param name="position">1 for the coarsest level.</param>
    /// <param name="index">Which sample.</param>
    /// <param name="frameRate">Its pace.</param>
    /// <param name="cancellation">Leaves nothing half written.</param>
    public void WriteLevel(LevelFinished level, int position, int index, FrameRate frameRate, CancellationToken cancellation)
    {
        string name = $"{ResultDirectory.LevelsDirectoryName(index)}/level-{position:00}";
        ClipWriter.WriteAsync(Clip.FromVolume(level.Output, frameRate), PlaceOf(name), ClipFormat.Png, cancellation: cancellation).GetAwaiter().GetResult();
    }

    /// <summary>Removes what was already written of a sample that was not finished.</summary>
    public void Drop(int index)
    {
        string levels = directory.In(ResultDirectory.LevelsDirectoryName(index));
        if (Directory.Exists(levels)) Directory.Delete(levels, recursive: true);
        string preview = directory.In(ResultDirectory.PreviewName(index));
        if (File.Exists(preview)) File.Delete(preview);
        DeleteIfEmpty(Path.GetDirectoryName(levels)!);
        DeleteIfEmpty(Path.GetDirectoryName(preview)!);
    }

    private static void DeleteIfEmpty(string path)
    {
        if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any()) Directory.Delete(path);
    }

    private string PlaceOf(string name)
    {
        string path = directory.In(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
