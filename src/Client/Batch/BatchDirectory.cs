using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Vgpnn.Contracts;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Batch;

/// <summary>
/// The output directory of a batch: tar shards for WebDataset readers, and a manifest with a line per sample. A sample is first a
/// pair of files in <c>.parts</c>, whose JSON is written last; a shard appears atomically after its index. So a batch that was
/// interrupted at any time contains only complete samples, and none twice.
/// </summary>
internal sealed class BatchDirectory
{
    private const string Parts = ".parts", IdFile = "batch-id", Failures = "failures.jsonl";

    private readonly string _path;
    private readonly int _shardSamples;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, BatchSample> _done = [];
    private readonly Dictionary<string, int> _failures = [];
    private readonly List<string> _loose = [];
    private int _shards;

    private BatchDirectory(string path, int shardSamples) => (_path, _shardSamples) = (path, shardSamples);

    /// <summary>A random id that stays the same when the batch continues.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Number of finished samples.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _done.Count;
        }
    }

    public string ManifestPath => Path.Combine(_path, "manifest.jsonl");

    /// <summary>Opens or creates a directory and finds its finished samples.</summary>
    /// <exception cref="VgpnnException">Kind Usage: the directory contains something else.</exception>
    public static BatchDirectory Open(string path, int shardSamples)
    {
        var directory = new BatchDirectory(path, shardSamples);
        string id = Path.Combine(path, Parts, IdFile);
        if (Directory.Exists(path) && !File.Exists(id) && Directory.EnumerateFileSystemEntries(path).Any(e => Path.GetFileName(e) != Parts))
            throw new VgpnnException(ErrorKind.Usage, "output-occupied", $"{path} is not a batch directory", "use another directory with -o");
        Directory.CreateDirectory(Path.Combine(path, Parts));
        if (!File.Exists(id)) AtomicFile.Write(id, Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N")));
        directory.Id = File.ReadAllText(id);
        directory.Load();
        return directory;
    }

    /// <summary>Whether a sample is finished.</summary>
    /// <exception cref="VgpnnException">Kind Usage: the sample was made for a different line.</exception>
    public bool Has(BatchItem item, int index)
    {
        lock (_lock)
        {
            if (!_done.TryGetValue(item.SampleKey(index), out BatchSample? sample)) return false;
            if (sample.Line == item.Line) return true;
        }

        throw new VgpnnException(
            ErrorKind.Usage, "batch-changed", $"the line with the key '{item.Key}' has changed since {_path} was started", "use another directory with -o, or another key");
    }

    /// <summary>Number of earlier failures of a line.</summary>
    public int FailuresOf(BatchItem item) => _failures.GetValueOrDefault(item.Key);

    /// <summary>Path of a sample's video before it is packed.</summary>
    public string VideoPath(string key) => Path.Combine(_path, Parts, key + ".mp4");

    /// <summary>Adds a sample whose video is written, and packs a shard when there are enough samples.</summary>
    public void Add(BatchSample sample)
    {
        lock (_lock)
        {
            AtomicFile.Write(JsonPath(sample.Key), JsonSerializer.SerializeToUtf8Bytes(sample, ApiJson.Options));
            _done[sample.Key] = sample;
            _loose.Add(sample.Key);
            if (_loose.Count >= _shardSamples) Seal();
        }
    }

    /// <summary>Records that a line failed, so that the next run tries it again.</summary>
    public void AddFailure(BatchItem item, string code, string message)
    {
        lock (_lock)
            File.AppendAllText(Path.Combine(_path, Failures), JsonSerializer.Serialize(new Failed(item.Key, code, message), ApiJson.Options) + "\n");
    }

    /// <summary>Packs the remaining samples and writes the manifest.</summary>
    public void Finish()
    {
        lock (_lock)
        {
            if (_loose.Count > 0) Seal();
            WriteManifest();
        }
    }

    private string JsonPath(string key) => Path.Combine(_path, Parts, key + ".json");

    private static string ShardName(int number) => string.Create(CultureInfo.InvariantCulture, $"shard-{number:D6}");

    private void Load()
    {
        foreach (string tar in Directory.EnumerateFiles(_path, "shard-*.tar").Order(StringComparer.Ordinal))
        {
            foreach (BatchSample sample in ReadIndex(Path.ChangeExtension(tar, ".jsonl"))) _done[sample.Key] = sample;
            _shards++;
        }

        foreach (string json in Directory.EnumerateFiles(Path.Combine(_path, Parts), "*.json").Order(StringComparer.Ordinal))
        {
            string key = Path.GetFileNameWithoutExtension(json);
            if (_done.ContainsKey(key))
            {
                // The program was stopped after it packed the shard and before it deleted the files.
                Clear(key);
                continue;
            }

            _done[key] = JsonSerializer.Deserialize<BatchSample>(File.ReadAllBytes(json), ApiJson.Options)!;
            _loose.Add(key);
        }

        string failures = Path.Combine(_path, Failures);
        if (!File.Exists(failures)) return;
        foreach (string line in File.ReadLines(failures))
        {
            string key = JsonSerializer.Deserialize<Failed>(line, ApiJson.Options)!.Key;
            _failures[key] = _failures.GetValueOrDefault(key) + 1;
        }
    }

    private static IEnumerable<BatchSample> ReadIndex(string path) =>
        File.ReadLines(path).Select(line => JsonSerializer.Deserialize<BatchSample>(line, ApiJson.Options)!);

    private void Seal()
    {
        string name = ShardName(_shards), tar = Path.Combine(_path, name + ".tar"), part = Path.Combine(_path, Parts, name + ".tar");
        string[] keys = [.. _loose.Order(StringComparer.Ordinal)];
        IEnumerable<string> lines = keys.Select(k => JsonSerializer.Serialize(_done[k] with { Shard = name + ".tar" }, ApiJson.Options));
        using (var writer = new TarWriter(File.Create(part), TarEntryFormat.Ustar))
        {
            foreach (string key in keys)
            {
                Write(writer, $"{key}.json", JsonPath(key));
                Write(writer, $"{key}.mp4", VideoPath(key));
            }
        }

        AtomicFile.Write(Path.Combine(_path, name + ".jsonl"), Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        File.Move(part, tar);
        foreach (string key in keys)
        {
            _done[key] = _done[key] with { Shard = name + ".tar" };
            Clear(key);
        }

        _loose.Clear();
        _shards++;
        WriteManifest();
    }

    private void WriteManifest()
    {
        var text = new StringBuilder();
        for (int i = 0; i < _shards; i++) text.Append(File.ReadAllText(Path.Combine(_path, ShardName(i) + ".jsonl")));
        AtomicFile.Write(ManifestPath, Encoding.UTF8.GetBytes(text.ToString()));
    }

    private void Clear(string key)
    {
        File.Delete(VideoPath(key));
        File.Delete(JsonPath(key));
    }

    // Fixed times and owners, so that the same samples give identical shards.
    private static void Write(TarWriter writer, string name, string path)
    {
        using FileStream content = File.OpenRead(path);
        writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = content,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            ModificationTime = DateTimeOffset.UnixEpoch,
        });
    }

    private sealed record Failed(string Key, string Code, string Message);
}
