using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Weights;

/// <summary>Every sentence with which files of weights are refused, and its stable code.</summary>
internal static class WeightErrors
{
    public static VgpnnException Missing(string path) => Input(
        "weights-missing", $"the weights {Name(path)} do not exist", "check the path; weights are not part of the program");

    public static VgpnnException Unreadable(string path, Exception inner) => Input(
        "weights-unreadable", $"the weights {Name(path)} cannot be read", "check the file's permissions: ls -l", inner);

    public static VgpnnException UnknownFormat(string path) => Input(
        "weights-unknown-format", $"{Name(path)} is no file of weights",
        "PyTorch's .pth and .pt files, safetensors and npz are read");

    public static VgpnnException Damaged(string path, Exception inner) => Input(
        "weights-damaged",
        inner is WeightFormatException ? $"the weights {Name(path)} cannot be used: {inner.Message}" : $"{Name(path)} is damaged or cut short",
        "check that the file was copied completely", inner);

    public static VgpnnException NoTensor(string path, string name) => Input(
        "weights-of-another-network", $"{Name(path)} has no {name}: it holds the weights of another network", Networks);

    public static VgpnnException OtherShape(string path, string name, IEnumerable<long> found, IEnumerable<long> needed) => Input(
        "weights-of-another-network",
        $"{name} of {Name(path)} is {string.Join('×', found)}, and the network needs {string.Join('×', needed)}", Networks);

    public static VgpnnException NotFinite(string path, string name) => Input(
        "weights-not-finite", $"{name} of {Name(path)} holds numbers that are not finite", "the file is damaged, or its training failed");

    public static VgpnnException Changed(string path) => Input(
        "weights-changed", $"{Name(path)} is not the file of weights that was used", "--flow raft=FILE names the right one");

    private const string Networks = "raft takes the official raft-small.pth or raft-things.pth and its like, c3d the weights of C3D (conv1 to conv5b)";

    private static string Name(string path) => PrintableText.FileName(path);

    private static VgpnnException Input(string code, string message, string? hint, Exception? inner = null) =>
        new(ErrorKind.Input, code, message, hint, inner);
}
