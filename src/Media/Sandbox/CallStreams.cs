using System.Runtime.InteropServices;

namespace Vgpnn.Media.Sandbox;

/// <summary>
/// The streams of one run of the launcher, each on a thread of its own. Through the log it also learns the process group,
/// so that the program can be killed together with all its children.
/// </summary>
/// <param name="directory">Where the pipes are created.</param>
/// <param name="feed">Writes the program's input; <c>null</c> for an empty input.</param>
/// <param name="drain">Reads the program's output; <c>null</c> to discard it.</param>
/// <param name="log">Reads the program's messages to the end.</param>
internal sealed class CallStreams(CallDirectory directory, Action<Stream>? feed, Action<Stream>? drain, Action<Stream> log) : IDisposable
{
    private const int KillSignal = 9;

    private readonly Lock _lock = new();
    private readonly List<NamedPipe> _pipes = [];
    private readonly List<Action> _work = [];
    private readonly List<Stream> _streams = [];
    private int _group;
    private bool _killed;

    /// <summary>Ends when all streams have ended, with the exception of the first that failed.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Creates the pipes. Before the program is started.</summary>
    public void Open()
    {
        if (feed is not null)
        {
            NamedPipe pipe = Create("in");
            Stream stream = Keep(pipe.OpenWrite());
            _work.Add(() => Feed(stream));
        }

        if (drain is not null)
        {
            NamedPipe pipe = Create("out");
            Stream stream = Keep(pipe.OpenRead());
            _work.Add(() => drain(stream));
        }

        Stream messages = Keep(Create("log").OpenRead());
        _work.Add(() => ReadLog(messages));
    }

    /// <summary>Starts reading and writing. After the program is started.</summary>
    /// <returns><see cref="Completion"/>.</returns>
    public Task Start() => Completion = Task.WhenAll(_work.Select(work => OnOwnThread(() => Guarded(work))));

    /// <summary>Lets go of pipes that the program has never opened. After it has exited.</summary>
    public void Release()
    {
        lock (_lock) _pipes.ForEach(p => p.Release());
    }

    /// <summary>Kills the program and all processes of its group, now or as soon as the group is known.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            _killed = true;
            if (_group > 0) KillGroup();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _streams.ForEach(s => s.Dispose());
        _pipes.ForEach(p => p.Dispose());
    }

    private NamedPipe Create(string name)
    {
        NamedPipe pipe = directory.Pipe(name);
        _pipes.Add(pipe);
        return pipe;
    }

    private FileStream Keep(FileStream stream)
    {
        _streams.Add(stream);
        return stream;
    }

    private void Feed(Stream stream)
    {
        try
        {
            feed!(stream);
            stream.Dispose();
        }
        catch (IOException)
        {
            // The program ended before it had read everything; its exit code and its log say why.
        }
    }

    private void ReadLog(Stream stream)
    {
        long group = 0;
        for (int b; (b = stream.ReadByte()) is >= '0' and <= '9' && group < int.MaxValue / 10;) group = (10 * group) + b - '0';
        lock (_lock)
        {
            _group = (int)group;
            _pipes.ForEach(p => p.Release());
            if (_killed && _group > 0) KillGroup();
        }

        log(stream);
    }

    private void Guarded(Action work)
    {
        try
        {
            work();
        }
        catch
        {
            // This end is no longer read or written: the program would wait for ever.
            Kill();
            throw;
        }
    }

    private void KillGroup()
    {
        // In its first moments the program is not yet the leader of a group.
        if (SendSignal(-_group, KillSignal) != 0) _ = SendSignal(_group, KillSignal);
    }

    // The streams block; the thread pool would have too few threads for several runs at once.
    private static Task OnOwnThread(Action body) =>
        Task.Factory.StartNew(body, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
