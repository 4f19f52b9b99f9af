using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Vgpnn.Media;

/// <summary>What ffmpeg says on its error stream: read to the end whatever its length, kept only in part.</summary>
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

    /// <summary>A codec that a stream has and that is not allowed; null: none. It need not be the video's.</summary>
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

    // Told by ffmpeg's filter source whenever the decoder's frames change.
    [GeneratedRegex(@"^w:(\d+) h:(\d+) pixfmt:")]
    private static partial Regex SourceSize();
}
