using System.Diagnostics;

namespace Vgpnn.Media.Tests;

/// <summary>A folder for one test, in which real ffmpeg makes the inputs.</summary>
public sealed class MediaFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("vgpnn-media-tests-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Names of everything in the folder, hidden files too.</summary>
    public IEnumerable<string> Names => Directory.EnumerateFileSystemEntries(Path).Select(e => System.IO.Path.GetFileName(e)!).Order();

    /// <summary>Runs ffmpeg with arguments that hold no blanks; the last one is the output, whose path is returned.</summary>
    public string Ffmpeg(string arguments)
    {
        string[] words = arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Run("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", .. words]);
        return this[words[^1]];
    }

    /// <summary>A picture with moving parts and a noisy one, so that frames differ and codecs have work.</summary>
    public string Clip(string output, string size = "64x48", string rate = "25", int frames = 10, string options = "") =>
        Ffmpeg($"-f lavfi -i testsrc2=s={size}:r={rate} -frames:v {frames} {options} {output}");

    /// <summary>The output of ffprobe for one input, one <c>key=value</c> a line.</summary>
    public string Ffprobe(string input, string entries) =>
        Run("ffprobe", ["-loglevel", "error", "-select_streams", "v:0", "-show_entries", entries, "-of", "default=noprint_wrappers=1", input]);

    /// <summary>Writes a script that is started as a program.</summary>
    public string Script(string name, string body)
    {
        string path = this[name];
        File.WriteAllText(path, "#!/bin/sh\n" + body + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A named pipe: the only kind of file that a program without the right to write files can write.</summary>
    public string Pipe(string name)
    {
        Run("mkfifo", [this[name]]);
        return this[name];
    }

    public string Write(string name, byte[] bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public string Write(string name, string text)
    {
        File.WriteAllText(this[name], text);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private string Run(string program, string[] arguments)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                WorkingDirectory = Path,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{errors.Result}");
        return output;
    }
}
