using System.Buffers.Binary;
using System.IO.Compression;
using Vgpnn.Kernels.Networks;
using Vgpnn.Kernels.Networks.Raft;
using Vgpnn.Synthesis.Errors;
using Vgpnn.Synthesis.Weights;
using Vgpnn.Testing;

namespace Vgpnn.Synthesis.Tests.Weights;

/// <summary>Malicious weight files, and files of other kinds.</summary>
public sealed class HostileWeightTests : IDisposable
{
    private readonly WeightFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Python would run os.system, by each of the opcodes that call.</summary>
    [Theory]
    [InlineData("R")]
    [InlineData("\x81")]
    [InlineData("b")]
    public void Pickle_that_names_a_program_runs_nothing(string code)
    {
        string trace = Path.Combine(Path.GetTempPath(), $"vgpnn-ran-{Guid.NewGuid():N}");
        var pickle = new PickleWriter();
        pickle.Global("posix", "system");
        pickle.Op("(");
        pickle.Text($"touch {trace}");
        pickle.Op($"t{code}");
        AssertRefused("contains no dictionary of tensors", WeightFiles.Torch(pickle.End()));
        Assert.False(File.Exists(trace));
    }

    [Fact]
    public void Result_of_an_unknown_call_is_not_a_tensor()
    {
        var pickle = new PickleWriter();
        pickle.Op("}(");
        pickle.Text("a");
        pickle.Global("builtins", "eval");
        pickle.Op("(");
        pickle.Text("1/0");
        pickle.Op("tRu");
        using WeightFile file = _folder.Open(WeightFiles.Torch(pickle.End()));
        Assert.False(file.Contains("a"));
    }

    [Theory]
    [InlineData("i")]
    [InlineData("o")]
    [InlineData("P")]
    [InlineData("\x82")]
    [InlineData("\x92")]
    public void Opcodes_that_PyTorch_does_not_write_are_refused(string code) => AssertRefused("which PyTorch does not write", Pickled(code));

    [Theory]
    [InlineData("0")]
    [InlineData("s")]
    [InlineData("u")]
    [InlineData("(s")]
    [InlineData("h\x07")]
    [InlineData("]]e")]
    [InlineData("N(Nu")]
    public void Opcodes_without_their_operands_are_refused(string codes) => AssertRefused("its pickle is invalid", Pickled(codes));

    /// <summary>Two bytes refer to a list again; copying it each time would take quadratic time and memory.</summary>
    [Fact]
    public void List_with_many_references_is_not_copied_without_limit()
    {
        var pickle = new PickleWriter();
        pickle.Op("](");
        for (int i = 0; i < 2000; i++) pickle.Op("N");
        pickle.Op("eq\x00");
        for (int i = 0; i < 2000; i++)
        {
            pickle.Global("collections", "OrderedDict");
            pickle.Op("h\x00\x85R");
        }

        AssertRefused("its pickle is invalid", WeightFiles.Torch(pickle.End()));
    }

    [Fact]
    public void Tensor_of_a_thousand_dimensions_is_refused()
    {
        var pickle = new PickleWriter();
        long[] ones = [.. Enumerable.Repeat(1L, 1000)];
        pickle.Op("}(");
        pickle.Text("a");
        pickle.Tensor("0", 1, 0, ones, ones);
        pickle.Op("u");
        AssertRefused("in an unsupported way", WeightFiles.Torch(pickle.End(), ("data/0", new byte[4])));
    }

    [Theory]
    [InlineData(4, 0, 5, 1, "reaches beyond")]
    [InlineData(4, 1, 4, 1, "reaches beyond")]
    [InlineData(4, -1, 4, 1, "is invalid")]
    [InlineData(4, 0, 2, 4, "reaches beyond")]
    [InlineData(4, 0, 4, -1, "is invalid")]
    [InlineData(4, 0, 4, long.MaxValue, "is damaged")]
    [InlineData(4_000_000_000_000, 0, 3, 1_000_000_000, "larger than any supported layer")]
    [InlineData(1000, 996, 4, 1, "is damaged")]
    [InlineData(-4, 0, 4, 1, "is invalid")]
    public void PyTorch_tensor_with_a_wrong_size_is_refused(long count, long offset, long side, long stride, string why)
    {
        var pickle = new PickleWriter();
        pickle.Op("}(");
        pickle.Text("a");
        pickle.Tensor("0", count, offset, [side], [stride]);
        pickle.Op("u");
        AssertRefused(why, WeightFiles.Torch(pickle.End(), ("data/0", new byte[16])), (int)side);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,12]}}""", "is inconsistent")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[-4,12]}}""", "is invalid")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,-16]}}""", "is invalid")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[4,20]}}""", "is damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[1000000000000,1000000000016]}}""", "is damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296,4294967296],"data_offsets":[0,16]}}""", "is damaged")]
    [InlineData("""{"a":{"dtype":"I32","shape":[4],"data_offsets":[0,16]}}""", "values are not floats")]
    [InlineData("""{"a":{"shape":[4]}}""", "is damaged")]
    [InlineData("""{"a":7}""", "is damaged")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}""", "is damaged")]
    [InlineData("""{"a":[[[[[[[[[[]]]]]]]]]]}""", "is damaged")]
    public void Safetensors_header_with_wrong_values_is_refused(string header, string why) => AssertRefused(why, WeightFiles.Safetensors(header, new byte[16]), 4);

    [Fact]
    public void Safetensors_header_longer_than_the_file_is_refused()
    {
        byte[] file = WeightFiles.Safetensors("{}", new byte[64]);
        BinaryPrimitives.WriteInt64LittleEndian(file, 1 << 20);
        AssertRefused("is damaged", file);
        BinaryPrimitives.WriteInt64LittleEndian(file, long.MaxValue);
        AssertRefused("is not a supported weight file", file);
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4000000000000, 4), }", "needs 4")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "is damaged")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (4,), }", "values are not floats")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (4,), }", "values are not floats")]
    [InlineData("{'shape': (4,), }", "is invalid")]
    [InlineData("__import__('os').system('true')", "is invalid")]
    public void Npz_header_with_wrong_values_is_refused(string header, string why) =>
        AssertRefused(why, WeightFiles.Zip([("a.npy", WeightFiles.Npy(header, new byte[16]))]), 4);

    /// <summary>64 MiB of zeros in 64 KiB, with many tensors at its end.</summary>
    [Fact]
    public void Unpacking_of_a_zip_bomb_is_limited()
    {
        const int Size = 64 << 20;
        var pickle = new PickleWriter();
        pickle.Op("}(");
        for (int i = 0; i < 80; i++)
        {
            pickle.Text($"a{i}");
            pickle.Tensor("0", Size / 4, (Size / 4) - 4, [4], [1]);
        }

        pickle.Op("u");
        byte[] file = WeightFiles.Zip([("archive/data.pkl", pickle.End()), ("archive/data/0", new byte[Size])], CompressionLevel.SmallestSize);
        Assert.InRange(file.Length, 0, 1 << 18);
        using WeightFile bomb = _folder.Open(file);
        VgpnnException e = Assert.Throws<VgpnnException>(() =>
        {
            for (int i = 0; i < 80; i++) bomb.Read($"a{i}", 4);
        });
        Assert.Contains("unpacks to more bytes than any supported network has", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Weights_that_are_not_finite_are_refused(float number)
    {
        using WeightFile file = _folder.Open(WeightFiles.Npz(new WeightTensor("a", [2], [1, number])));
        Assert.Equal("weights-not-finite", Assert.Throws<VgpnnException>(() => file.Read("a", 2)).Code);
    }

    /// <summary>The constructor fails, so that nothing runs.</summary>
    [Fact]
    public void Tensor_of_another_shape_is_refused_before_the_network_runs()
    {
        WeightTensor[] raft = WeightFiles.Raft(small: true), c3d = WeightFiles.C3d(C3dLayer.Conv2);
        foreach ((WeightTensor[] all, Action<WeightFile> load) in ((WeightTensor[], Action<WeightFile>)[])
            [(raft, f => _ = new RaftFlow(f)), (c3d, f => _ = new C3d(f, C3dLayer.Conv2))])
        {
            foreach (int i in (int[])[0, all.Length / 2, all.Length - 1])
            {
                WeightTensor t = all[i];
                int[] other = [t.Shape[0] + 1, .. t.Shape[1..]];
                WeightTensor[] wrong = [.. all[..i], t with { Shape = other, Values = new float[other.Aggregate((a, b) => a * b)] }, .. all[(i + 1)..]];
                using WeightFile file = _folder.Open(WeightFiles.Safetensors(wrong));
                VgpnnException e = Assert.Throws<VgpnnException>(() => load(file));
                Assert.Contains($"tensor {t.Name} of weights.bin is {string.Join('×', other)}, but the network needs {string.Join('×', t.Shape)}", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("nothing of the kind")]
    [InlineData("\x89PNG\r\n\x1a\n0000000000000000")]
    public void File_that_is_not_a_weight_file_is_refused(string content) => AssertRefused("is not a supported weight file", System.Text.Encoding.Latin1.GetBytes(content));

    [Fact]
    public void Device_files_are_not_read_as_weights() =>
        Assert.Equal(ErrorKind.Input, Assert.Throws<VgpnnException>(() => WeightFile.Open("/dev/zero")).Kind);

    private static byte[] Pickled(string codes)
    {
        var pickle = new PickleWriter();
        pickle.Op(codes);
        return WeightFiles.Torch(pickle.End());
    }

    private void AssertRefused(string why, byte[] bytes, params int[] shape)
    {
        VgpnnException e = Assert.Throws<VgpnnException>(() =>
        {
            using WeightFile file = _folder.Open(bytes);
            file.Read("a", shape);
        });
        Assert.Equal(ErrorKind.Input, e.Kind);
        Assert.Contains(why, e.Message, StringComparison.Ordinal);
    }
}
