using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Vgpnn.Kernels.Networks;
using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Weights;

/// <summary>
/// A file of trained weights that the user provides: PyTorch's <c>.pth</c> in either format, safetensors, or npz, detected by content. It reads only the
/// tensors that a network asks for, after a comparison of their shape, and never executes anything in a file.
/// </summary>
public sealed class WeightFile : IWeightSource, IDisposable
{
    // C3D with the layers that are not used here has 320 MB.
    private const long MostBytes = 2L << 30;

    // The prefix that DataParallel adds to every name.
    private const string Wrapper = "module.";

    private readonly string _path;
    private readonly FileStream _file;
    private readonly ZipArchive? _archive;
    private readonly Dictionary<string, StoredTensor> _tensors;

    private WeightFile(string path, FileStream file)
    {
        (_path, _file) = (path, file);
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(file));
        file.Position = 0;
        byte[] start = new byte[64];
        int read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> magic = start.AsSpan(0, read);
        file.Position = 0;
        if (magic.StartsWith("PK\x3\x4"u8))
        {
            _archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            _tensors = TorchFile.PickleOf(_archive) is { } pickle ? TorchFile.ReadZip(_archive, pickle) : NpzFile.Read(_archive);
        }
        else if (magic.StartsWith(TorchFile.LegacyMagic)) _tensors = TorchFile.ReadLegacy(file, ReadAt);
        else if (SafetensorsFile.Is(magic)) _tensors = SafetensorsFile.Read(file, ReadAt);
        else throw WeightErrors.UnknownFormat(path);
    }

    /// <summary>SHA-256 of the whole file in lower-case hexadecimal digits.</summary>
    public string Sha256 { get; }

    /// <summary>Opens a file and reads its table of contents.</summary>
    /// <param name="path">The file.</param>
    /// <param name="sha256">The required hash; <c>null</c> for any.</param>
    /// <exception cref="VgpnnException">Kind Input: the file is missing, damaged, not a weight file, or has another hash.</exception>
    public static WeightFile Open(string path, string? sha256 = null)
    {
        WeightFile file = Open(path);
        if (sha256 is null || file.Sha256 == sha256) return file;
        file.Dispose();
        throw WeightErrors.Changed(path);
    }

    private static WeightFile Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (!File.Exists(path)) throw WeightErrors.Missing(path);
        FileStream? file = null;
        try
        {
            // Pipes and devices have no length, and opening them could block for ever.
            if (new FileInfo(path).Length is 0 or > MostBytes) throw WeightErrors.UnknownFormat(path);
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return new WeightFile(path, file);
        }
        catch (Exception e)
        {
            file?.Dispose();
            if (Sentence(path, e) is { } sentence) throw sentence;
            throw;
        }
    }

    /// <inheritdoc/>
    public bool Contains(string name) => Find(name) is not null;

    /// <inheritdoc/>
    /// <exception cref="VgpnnException">Kind Input: the tensor is missing, has another shape, is damaged or not finite.</exception>
    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        StoredTensor tensor = Find(name) ?? throw WeightErrors.NoTensor(_path, name);
        long[] needed = [.. shape.ToArray().Select(s => (long)s)];
        if (!tensor.Shape.SequenceEqual(needed)) throw WeightErrors.OtherShape(_path, name, tensor.Shape, needed);
        float[] values;
        try
        {
            values = tensor.Read();
        }
        catch (Exception e) when (Sentence(_path, e) is { } sentence)
        {
            throw sentence;
        }

        return Array.TrueForAll(values, float.IsFinite) ? values : throw WeightErrors.NotFinite(_path, name);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _archive?.Dispose();
        _file.Dispose();
    }

    private StoredTensor? Find(string name) => _tensors.GetValueOrDefault(name) ?? _tensors.GetValueOrDefault(Wrapper + name);

    // Keeps the file open, so that the values come from the file that was hashed.
    private void ReadAt(long first, Span<byte> bytes)
    {
        _file.Position = first;
        _file.ReadExactly(bytes);
    }

    private static VgpnnException? Sentence(string path, Exception e) => e switch
    {
        VgpnnException known => known,
        WeightFormatException or EndOfStreamException or InvalidDataException or JsonException or OverflowException or FormatException
            or KeyNotFoundException or InvalidOperationException or NotSupportedException or ArgumentException => WeightErrors.Damaged(path, e),
        IOException or UnauthorizedAccessException => WeightErrors.Unreadable(path, e),
        _ => null,
    };
}
