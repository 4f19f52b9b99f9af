using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Vgpnn.Contracts;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Manifest;

namespace Vgpnn.Client.Batch;

/// <summary>
/// The results of a batch: tar shards as WebDataset readers take them, and a manifest with a line for each sample. A sample is
/// first a pair of files below <c>.parts</c>, of which the JSON appears last; a shard appears whole, after its index. So whatever
/// is there counts, and nothing is there twice, wherever the program was stopped.
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

    /// <summary>Random, and the same each time that the batch goes on.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Samples that are there.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _done.Count;
        }
    }

    public string ManifestPath => Path.Combine(_path, "manifest.jsonl");

    /// <summary>Opens a directory, and finds what is there already.</summary>
    /// <exception cref="VgpnnException">Kind Usage: something else is in it.</exception>
    public static BatchDirectory Open(string path, int shardSamples)
    {
        var directory = new BatchDirectory(path, shardSamples);
        string id = Path.Combine(path, Parts, IdFile);
        if (Directory.Exists(path) && !File.Exists(id) && Directory.EnumerateFileSystemEntries(path).Any(e => Path.GetFileName(e) != Parts))
            throw new VgpnnException(ErrorKind.Usage, "output-occupied", $"{path} holds something else than a batch", "choose another directory with -o");
        Directory.CreateDirectory(Path.Combine(path, Parts));
        if (!File.Exists(id)) AtomicFile.Write(id, Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N")));
        directory.Id = File.ReadAllText(id);
        directory.Load();
        return directory;
    }

    /// <summary>Whether a sample is there.</summary>
    /// <exception cref="VgpnnException">Kind Usage: it was made for another line.</exception>
    public bool Has(BatchItem item, int index)
    {
        lock (_lock)
        {
            if (!_done.TryGetValue(item.SampleKey(index), out BatchSample? sample)) return false;
            if (sample.Line == item.Line) return true;
        }

        throw new VgpnnException(
            ErrorKind.Usage, "batch-changed", $"the line of '{item.Key}' is not the one that {_path} was begun with", "choose another directory with -o, or another key");
    }

    /// <summary>How often a line failed before.</summary>
    public int FailuresOf(BatchItem item) => _failures.GetValueOrDefault(item.Key);

    /// <summary>Where a sample's video is to be written.</summary>
    public string VideoPath(string key) => Path.Combine(_path, Parts, key + ".mp4");

    /// <summary>Enters a sample whose video is written, and makes a shard when there are enough.</summary>
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

    /// <summary>Writes down that a line failed, so that the next time it is tried anew.</summary>
    public void AddFailure(BatchItem item, string code, string message)
    {
        lock (_lock)
            File.AppendAllText(Path.Combine(_path, Failures), JsonSerializer.Serialize(new Failed(item.Key, code, message), ApiJson.Options) + "\n");
    }

    /// <summary>Makes a shard of what is left, and writes the manifest.</summary>
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
                // Its shard was finished, and then there was no time to clear it away.
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

    // The same samples make the same shard: names, sizes and content, and nothing of this machine.
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
