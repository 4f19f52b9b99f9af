using System.IO.Compression;
using Vgpnn.Kernels.Networks;
using Vgpnn.Testing;

namespace Vgpnn.Kernels.Tests.Networks;

/// <summary>Reads weights from an archive of <c>NAME.npy</c> files.</summary>
internal sealed class NpzWeights : IWeightSource
{
    private readonly Dictionary<string, Npy> _arrays = [];

    public NpzWeights(string path)
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream stream = entry.Open();
            using var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            _arrays.Add(entry.FullName[..^".npy".Length], Npy.Parse(bytes.ToArray(), entry.FullName));
        }
    }

    public bool Contains(string name) => _arrays.ContainsKey(name);

    public float[] Read(string name, params ReadOnlySpan<int> shape)
    {
        Npy array = _arrays[name];
        Assert.Equal(shape.ToArray(), array.Shape);
        return Array.ConvertAll(array.Values.ToArray(), v => (float)v);
    }
}
