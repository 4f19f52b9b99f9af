// dotnet run --project examples/Library -c Release -- clip.mp4 sample.mp4
using Vgpnn.Kernels.Threading;
using Vgpnn.Media;
using Vgpnn.Synthesis.Applications;
using Vgpnn.Synthesis.Clips;
using Vgpnn.Synthesis.Options;

if (args is not [string input, string output])
{
    await Console.Error.WriteLineAsync("usage: library-example INPUT OUTPUT.mp4");
    return 2;
}

ReadResult read = await ClipReader.ReadAsync(input, new ReadOptions { MaxHeight = 144 });
MethodOptions options = MethodOptions.For(Application.Generation) with { Noise = 3 };
Clip sample = new Generator(read.Clip, options).Sample(seed: 1, index: 0, new Workers(Environment.ProcessorCount));
await ClipWriter.WriteAsync(sample, output, ClipFormat.Mp4);
Console.WriteLine($"{output}: {sample.Frames.Count} frames of {sample.Width}×{sample.Height}");
return 0;
