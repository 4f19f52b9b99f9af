using System.Globalization;
using Vgpnn.Synthesis.Clips;

namespace Vgpnn.Media.Stills;

/// <summary>Writes clips as directories of numbered PNG frames: 00001.png and on.</summary>
internal static class PngFrames
{
    /// <summary>Writes all frames, on as many threads as there are processors.</summary>
    /// <param name="clip">The frames.</param>
    /// <param name="directory">An empty directory.</param>
    /// <param name="cancellation">Stops between frames; what was written is left to the caller.</param>
    /// <exception cref="IOException">A file could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be written.</exception>
    public static void Write(Clip clip, string directory, CancellationToken cancellation)
    {
        var options = new ParallelOptions { CancellationToken = cancellation, MaxDegreeOfParallelism = Environment.ProcessorCount };
        try
        {
            Parallel.For(0, clip.Frames.Count, options, i =>
            {
                string path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{i + 1:D5}.png"));
                File.WriteAllBytes(path, StillImage.Png(clip.Frames[i], clip.Width, clip.Height));
            });
        }
        catch (AggregateException e)
        {
            // Several threads may have met the same full disk.
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
