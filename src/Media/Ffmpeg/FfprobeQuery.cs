using System.Globalization;

namespace Vgpnn.Media.Ffmpeg;

/// <summary>Asks ffprobe about the first video stream of an input. All questions are asked at once, since starting it takes longer than its answer.</summary>
internal static class FfprobeQuery
{
    /// <summary>The times of coded frames.</summary>
    public const string Packets = "packet=pts,duration,flags";

    /// <summary>The orientation of decoded frames, which a photograph states inside.</summary>
    public const string Orientation = "frame_side_data=rotation";

    /// <summary>Writes the answer as JSON, a <see cref="ProbeAnswer"/>, to the run's output.</summary>
    /// <param name="run">The run.</param>
    /// <param name="input">The input.</param>
    /// <param name="besides">What is asked besides the stream: <see cref="Packets"/> or <see cref="Orientation"/>.</param>
    /// <param name="most">Maximum number of coded frames to look at.</param>
    /// <param name="cancellation">Kills ffprobe.</param>
    public static Task<FfmpegOutcome> AskAsync(FfmpegRun run, InputArguments input, string besides, long most, CancellationToken cancellation) =>
        FfmpegRunner.FfprobeAsync(
            run,
            [
                "-hide_banner", "-loglevel", "level+error",
                "-select_streams", "V:0", "-read_intervals", string.Create(CultureInfo.InvariantCulture, $"%+#{most}"),
                "-of", "json=compact=1", "-show_entries",
                "stream=codec_name,width,height,pix_fmt,sample_aspect_ratio,r_frame_rate,avg_frame_rate,time_base,nb_frames,"
                + "color_space,color_transfer:stream_tags=alpha_mode:stream_side_data=rotation:" + besides,
                .. input.ProbeOptions, "-i", input.Location,
            ],
            cancellation);
}
