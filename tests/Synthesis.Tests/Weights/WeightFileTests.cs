using FsCheck.Fluent;
using Vgpnn.Kernels.Networks.Raft;
using Vgpnn.Kernels.Networks.Raft.Encoding;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Weights;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Weights;

/// <summary>Valid weight files.</summary>
public sealed class WeightFileTests : IDisposable
{
    private static readonly WeightTensor[] Some =
    [
        new("conv.weight", [2, 3, 1, 2], [.. Enumerable.Range(0, 12).Select(i => (i * 0.5f) - 2)]), new("conv.bias", [2], [0.25f, -4]),
    ];

    private readonly WeightFolder _folder = new();

    public static TheoryData<string> Formats => [.. WeightFiles.Formats];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Formats))]
    public void Weights_are_read_from_every_format(string format)
    {
        using WeightFile file = _folder.Open(WeightFiles.Write(format, Some));
        foreach (WeightTensor t in Some)
        {
            Assert.True(file.Contains(t.Name));
            Assert.Equal(t.Values, file.Read(t.Name, t.Shape));
        }

        Assert.False(file.Contains("conv"));
    }

    /// <summary>Files written by PyTorch 1.13: element i of every tensor is i/2 − 3, counted in the storage that it is a view of.</summary>
    [Theory]
    [InlineData("zip")]
    [InlineData("legacy")]
    public void Views_and_all_float_types_written_by_PyTorch_are_read(string format)
    {
        using WeightFile file = WeightFile.Open(Vectors.PathOf($"12_weights/{format}.pth"));
        Assert.Equal(Ramp(0, 24), file.Read("plain", 2, 3, 2, 2));
        Assert.Equal(Ramp(8, 12), file.Read("view", 3, 4));
        Assert.Equal([-3, -1.5f, 0, 1.5f, -2.5f, -1, 0.5f, 2, -2, -0.5f, 1, 2.5f], file.Read("transposed", 3, 4));
        Assert.Equal(Ramp(0, 5), file.Read("half", 5));
        Assert.Equal(Ramp(0, 5), file.Read("bfloat", 5));
        Assert.Equal(Ramp(0, 4), file.Read("double", 2, 2));
        Assert.Equal([1.5f], file.Read("scalar"));
        VgpnnException counter = Assert.Throws<VgpnnException>(() => file.Read("num_batches_tracked"));
        Assert.Contains("values are not floats", counter.Message, StringComparison.Ordinal);
    }

    /// <summary>A training checkpoint of the same program: an optimiser, flags and counters lie between the weights.</summary>
    [Theory]
    [InlineData("zip")]
    [InlineData("legacy")]
    public void Weights_in_a_training_checkpoint_are_found(string format)
    {
        using WeightFile file = WeightFile.Open(Vectors.PathOf($"12_weights/{format}-checkpoint.pth"));
        Assert.Equal([-3, -2.5f], file.Read("0.weight", 2, 1, 1, 1));
        Assert.Equal([0.25f, -4], file.Read("0.bias", 2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Size_of_the_RAFT_network_is_detected_from_its_file(bool small)
    {
        using WeightFile file = _folder.Open(WeightFiles.Safetensors(WeightFiles.Raft(small)));
        Assert.Equal(small ? RaftSize.Small : RaftSize.Large, new RaftFlow(file).Size);
    }

    [Fact]
    public void Compressed_and_Fortran_ordered_arrays_are_read()
    {
        byte[] numbers = new WeightTensor("", [6], [0, 3, 1, 4, 2, 5]).Bytes;
        using WeightFile file = _folder.Open(WeightFiles.Zip([("a.npy", WeightFiles.Npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", numbers))]));
        Assert.Equal([0, 1, 2, 3, 4, 5], file.Read("a", 2, 3));
    }

    [Fact]
    public void Weight_file_with_another_hash_is_refused()
    {
        string path = _folder.Write(WeightFiles.Npz(Some));
        string hash;
        using (WeightFile file = WeightFile.Open(path)) hash = file.Sha256;
        WeightFile.Open(path, hash).Dispose();
        _folder.Write(WeightFiles.Npz(Some[0]));
        Assert.Equal("weights-changed", Assert.Throws<VgpnnException>(() => WeightFile.Open(path, hash)).Code);
    }

    /// <summary>After truncation or overwriting, a file gives the right values, other finite ones, or an error with a code; it throws nothing else.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void Damaged_weight_file_is_refused_or_yields_finite_values(string format)
    {
        byte[] whole = WeightFiles.Write(format, Some);
        Properties.Holds(
            from cut in Gen.Choose(0, whole.Length)
            from places in Gen.Choose(0, whole.Length - 1).ListOf(4)
            from values in Gen.Choose(0, 255).ListOf(4)
            select (cut, places, values),
            damage =>
            {
                byte[] bytes = [.. whole];
                foreach ((int place, int value) in damage.places.Zip(damage.values)) bytes[place] = (byte)value;
                if (damage.cut % 2 == 0) bytes = bytes[..damage.cut];
                try
                {
                    using WeightFile file = _folder.Open(bytes);
                    foreach (WeightTensor t in Some) Assert.All(file.Read(t.Name, t.Shape), v => Assert.True(float.IsFinite(v)));
                }
                catch (VgpnnException e)
                {
                    Assert.StartsWith("weights-", e.Code, StringComparison.Ordinal);
                }
            },
            count: 400);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Truncated_weight_file_is_refused_with_a_message(string format)
    {
        byte[] whole = WeightFiles.Write(format, Some);
        for (int length = 0; length < whole.Length; length += 7)
        {
            int cut = length;
            Assert.Equal(ErrorKind.Input, Assert.Throws<VgpnnException>(() =>
            {
                using WeightFile file = _folder.Open(whole[..cut]);
                foreach (WeightTensor t in Some) file.Read(t.Name, t.Shape);
            }).Kind);
        }
    }

    private static float[] Ramp(int first, int count) => [.. Enumerable.Range(first, count).Select(i => (i * 0.5f) - 3)];
}
