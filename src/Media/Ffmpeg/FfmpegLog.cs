using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Vgpnn.Media.Ffmpeg;

/// <summary>ffmpeg's messages: read to the end whatever their length, kept only in part.</summary>
internal sealed partial class FfmpegLog
{
    private const int LongestLine = 1000;
    private const int MostErrors = 40;
    private const int MostSizes = 8;

    private readonly Lock _lock = new();
    private readonly List<string> _errors = [];
    private readonly HashSet<(int Width, int Height)> _sizes = [];
    private string? _refusedCodec;
    private bool _interlaced;
    private int? _framesWritten;

    /// <summary>The first errors, without the part of ffmpeg that they came from.</summary>
    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_lock) return [.. _errors];
        }
    }

    /// <summary>How many sizes the decoded frames had, as far as ffmpeg told (at its level <c>verbose</c>).</summary>
    public int FrameSizes
    {
        get
        {
            lock (_lock) return _sizes.Count;
        }
    }

    /// <summary>Whether the video or its decoded frames are made of two fields, as far as ffmpeg told (at its level <c>info</c>).</summary>
    public bool Interlaced
    {
        get
        {
            lock (_lock) return _interlaced;
        }
    }

    /// <summary>Number of frames that ffmpeg counted at its output; <c>null</c> if it did not say (at its level <c>verbose</c>).</summary>
    public int? FramesWritten
    {
        get
        {
            lock (_lock) return _framesWritten;
        }
    }

    /// <summary>A codec of any stream that is not allowed; <c>null</c> if all are allowed.</summary>
    public string? RefusedCodec
    {
        get
        {
            lock (_lock) return _refusedCodec;
        }
    }

    /// <summary>Whether an error holds these words.</summary>
    public bool Says(string words) => Errors.Any(e => e.Contains(words, StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the stream to its end.</summary>
    public void Read(Stream stream)
    {
        byte[] buffer = new byte[4096];
        byte[] line = new byte[LongestLine];
        int length = 0;
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            foreach (byte b in buffer.AsSpan(0, read))
            {
                if (b is (byte)'\n' or (byte)'\r')
                {
                    Add(Encoding.UTF8.GetString(line, 0, length));
                    length = 0;
                }
                else if (length < line.Length)
                {
                    line[length++] = b;
                }
            }
        }

        Add(Encoding.UTF8.GetString(line, 0, length));
    }

    private void Add(string line)
    {
        // "[h264 @ 0x55d] [error] words", by -loglevel level+error.
        Match match = Line().Match(line);
        if (!match.Success) return;
        string level = match.Groups["level"].Value, words = match.Groups["words"].Value;
        lock (_lock)
        {
            if (level is "error" or "fatal" or "panic")
            {
                // Sound is not decoded, and its decoders are not allowed: that is no error of the video.
                if (NotAllowed().Match(words) is { Success: true } codec) _refusedCodec = codec.Groups[1].Value;
                else if (_errors.Count < MostErrors) _errors.Add(words);
            }
            else if (level is "info")
            {
                _interlaced |= FieldOrder().IsMatch(words);
            }
            else if (Written().Match(words) is { Success: true } written
                && int.TryParse(written.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int frames))
            {
                _framesWritten = frames;
            }
            else if (_sizes.Count < MostSizes && SourceSize().Match(words) is { Success: true } size
                && int.TryParse(size.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int width)
                && int.TryParse(size.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int height))
            {
                _sizes.Add((width, height));
            }
        }
    }

    [GeneratedRegex(@"^(\[[^\]]*\] )*?\[(?<level>panic|fatal|error|info|verbose)\] (?<words>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Line();

    [GeneratedRegex(@"^Codec \((\w+)\) not on whitelist")]
    private static partial Regex NotAllowed();

    // The input's by the container's word, the output's by the first frame's: "yuv420p(tv, top coded first (swapped), left)".
    [GeneratedRegex(@"^ *Stream #\S+ Video: .*\b(top|bottom) (coded )?first\b")]
    private static partial Regex FieldOrder();

    // "  Output stream #0:0 (video): 10 frames encoded; 10 packets muxed (92160 bytes); "
    [GeneratedRegex(@"^ *Output stream #0:0 \(video\): .*?(\d+) packets muxed")]
    private static partial Regex Written();

    // Told by ffmpeg's filter source whenever the decoder's frames change.
    [GeneratedRegex(@"^w:(\d+) h:(\d+) pixfmt:")]
    private static partial Regex SourceSize();
}
