using Vgpnn.Synthesis.Errors;

namespace Vgpnn.Synthesis.Weights;

/// <summary>Errors about weight files, with their stable codes.</summary>
internal static class WeightErrors
{
    public static VgpnnException Missing(string path) => Input(
        "weights-missing", $"the weight file {Name(path)} does not exist", "check the path; the program contains no weights");

    public static VgpnnException Unreadable(string path, Exception inner) => Input(
        "weights-unreadable", $"the weight file {Name(path)} cannot be read", "check the file's permissions: ls -l", inner);

    public static VgpnnException UnknownFormat(string path) => Input(
        "weights-unknown-format", $"{Name(path)} is not a supported weight file",
        "use a .pth or .pt file of PyTorch, a safetensors or an npz file");

    public static VgpnnException Damaged(string path, Exception inner) => Input(
        "weights-damaged",
        inner is WeightFormatException ? $"cannot read weights from {Name(path)}: {inner.Message}" : $"{Name(path)} is damaged or truncated",
        "check that the file was copied completely", inner);

    public static VgpnnException NoTensor(string path, string name) => Input(
        "weights-of-another-network", $"{Name(path)} has no tensor {name}: it contains the weights of another network", Networks);

    public static VgpnnException OtherShape(string path, string name, IEnumerable<long> found, IEnumerable<long> needed) => Input(
        "weights-of-another-network",
        $"tensor {name} of {Name(path)} is {string.Join('×', found)}, but the network needs {string.Join('×', needed)}", Networks);

    public static VgpnnException NotFinite(string path, string name) => Input(
        "weights-not-finite", $"tensor {name} of {Name(path)} contains values that are not finite", "use another file: this one is damaged, or its training failed");

    public static VgpnnException Changed(string path) => Input(
        "weights-changed", $"{Name(path)} is not the weight file that the run used", "pass the right one with --flow raft=FILE");

    private const string Networks = "raft needs weights like the official raft-small.pth or raft-things.pth, c3d those of C3D (conv1 to conv5b)";

    private static string Name(string path) => PrintableText.FileName(path);

    private static VgpnnException Input(string code, string message, string? hint, Exception? inner = null) =>
        new(ErrorKind.Input, code, message, hint, inner);
}
