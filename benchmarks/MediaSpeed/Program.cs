using System.Diagnostics;
using System.Globalization;
using Vgpnn.Media;
using Vgpnn.Synthesis.Clips;

// media-speed [FRAMES [WIDTH HEIGHT]]: writes and reads a clip (default 150 frames of 1920×1080) and a small one, and prints
// one line per measurement. Throughput is MB/s of raw RGB. Raw frames in MOV measure the pipes rather than a codec.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int frames = args.Length > 0 ? int.Parse(args[0]) : 150, width = args.Length > 2 ? int.Parse(args[1]) : 1920, height = args.Length > 2 ? int.Parse(args[2]) : 1080;
string directory = Directory.CreateTempSubdirectory("media-speed-").FullName;
try
{
    string small = Path.Combine(directory, "small.mp4"), large = Path.Combine(directory, "large.mp4"), raw = Path.Combine(directory, "raw.mov");
    Clip clip = Moving(10, 64, 48);
    Print("first write of 10 small frames", await TimeAsync(() => ClipWriter.WriteAsync(clip, small, ClipFormat.Mp4)));
    Print("first read of 10 small frames", await TimeAsync(() => ClipReader.ReadAsync(small)));
    Print("write of 10 small frames, median of 20", await MedianAsync(() => ClipWriter.WriteAsync(clip, small, ClipFormat.Mp4)));
    Print("read of 10 small frames, median of 20", await MedianAsync(() => ClipReader.ReadAsync(small)));

    clip = Moving(frames, width, height);
    double megabytes = 3e-6 * frames * width * height;
    PrintRate("write mp4", megabytes, await TimeAsync(() => ClipWriter.WriteAsync(clip, large, ClipFormat.Mp4)));
    PrintRate("write lossless", megabytes, await TimeAsync(() => ClipWriter.WriteLosslessAsync(clip, Path.Combine(directory, "lossless.mkv"))));
    clip = Moving(1, 16, 16);
    Process.Start("ffmpeg", $"-nostdin -loglevel error -i {large} -c:v rawvideo -pix_fmt rgb24 {raw}").WaitForExit();
    var unlimited = new ReadOptions { Limits = new MediaLimits { MaxDecodedBytes = 8L << 30 } };
    for (int round = 0; round < 2; round++)
    {
        GC.Collect();
        PrintRate("read mp4", megabytes, await TimeAsync(() => ClipReader.ReadAsync(large, unlimited)));
        GC.Collect();
        PrintRate("read raw frames", megabytes, await TimeAsync(() => ClipReader.ReadAsync(raw, unlimited)));
    }

    using var self = Process.GetCurrentProcess();
    Console.WriteLine($"peak memory: {self.PeakWorkingSet64 / 1e6:0} MB for {megabytes:0} MB of frames");
}
finally
{
    Directory.Delete(directory, recursive: true);
}

static async Task<TimeSpan> TimeAsync(Func<Task> action)
{
    long start = Stopwatch.GetTimestamp();
    await action();
    return Stopwatch.GetElapsedTime(start);
}

static async Task<TimeSpan> MedianAsync(Func<Task> action)
{
    var times = new List<TimeSpan>();
    for (int i = 0; i < 20; i++) times.Add(await TimeAsync(action));
    times.Sort();
    return times[times.Count / 2];
}

static void Print(string what, TimeSpan time) => Console.WriteLine($"{what}: {time.TotalMilliseconds:0.0} ms");

static void PrintRate(string what, double megabytes, TimeSpan time) => Console.WriteLine($"{what}: {megabytes / time.TotalSeconds:0} MB/s");

// Diagonal stripes that move, quick to make and to encode.
static Clip Moving(int frames, int width, int height)
{
    byte[] row = new byte[3 * (width + height + frames)];
    for (int i = 0; i < row.Length; i++) row[i] = (byte)(128 + (100 * Math.Sin(i / 50.0)));
    return new Clip(
        [
            .. Enumerable.Range(0, frames).Select(t =>
            {
                byte[] frame = new byte[3 * width * height];
                for (int h = 0; h < height; h++) row.AsSpan(3 * (t + h), 3 * width).CopyTo(frame.AsSpan(3 * width * h));
                return frame;
            }),
        ],
        width, height, new FrameRate(25, 1));
}
