using Vgpnn.Kernels.Volumes;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Levels;

namespace Vgpnn.Client.Runs;

/// <summary>Writes a run's videos.</summary>
internal sealed class SampleWriter(ResultDirectory directory, ClipFormat format)
{
    /// <summary>Whether the page needs a video in addition, because it cannot play the format in step.</summary>
    private bool NeedsPreview => format is ClipFormat.Gif or ClipFormat.Png;

    /// <summary>Writes the frames of an input, for the page.</summary>
    public Task WriteInputAsync(Clip clip, string name, CancellationToken cancellation) =>
        ClipWriter.WriteAsync(clip, directory.In(name), ClipFormat.Mp4, cancellation: cancellation);

    /// <summary>Writes a sample. Can be called before the sample is complete, to start the encoder early.</summary>
    /// <returns>The file names of sample and preview, relative to the directory.</returns>
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
            ClipWriter.WriteAsync(clip, extent, frameRate, PathOf(name), what, comment, cancellation);
    }

    /// <summary>Writes the output of a finished level as PNG frames. Blocks the engine, which reuses the output afterwards.</summary>
    /// <param name="level">The finished level.</param>
    /// <param name="index">Index of the sample.</param>
    /// <param name="frameRate">Frame rate of the sample.</param>
    /// <param name="cancellation">Cancels the operation and deletes incomplete files.</param>
    public void WriteLevel(LevelFinished level, int index, FrameRate frameRate, CancellationToken cancellation)
    {
        string name = $"{ResultDirectory.LevelsDirectoryName(index)}/level-{level.Level.Index:00}";
        ClipWriter.WriteAsync(Clip.FromVolume(level.Output, frameRate), PathOf(name), ClipFormat.Png, cancellation: cancellation).GetAwaiter().GetResult();
    }

    /// <summary>Deletes the files of an unfinished sample.</summary>
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

    private string PathOf(string name)
    {
        string path = directory.In(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
