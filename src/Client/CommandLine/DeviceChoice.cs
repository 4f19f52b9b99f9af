using System.Globalization;

namespace Vgpnn.Client.CommandLine;

/// <summary>A value of <c>--device</c>.</summary>
/// <param name="Kind">The kind of device.</param>
/// <param name="Index">Index of the GPU; <c>null</c> for the first.</param>
internal readonly record struct DeviceChoice(DeviceChoiceKind Kind, int? Index = null)
{
    /// <summary>The allowed values, for help and error messages.</summary>
    public const string Allowed = "auto, cpu, gpu, or a GPU by its index such as gpu:1";

    public static bool TryParse(string text, out DeviceChoice choice)
    {
        choice = default;
        string[] parts = text.ToLowerInvariant().Split(':');
        switch (parts)
        {
            case ["auto"]:
                return true;
            case ["cpu"]:
                choice = new DeviceChoice(DeviceChoiceKind.Cpu);
                return true;
            case ["gpu"]:
                choice = new DeviceChoice(DeviceChoiceKind.Gpu);
                return true;
            case ["gpu", { Length: <= 3 } number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index):
                choice = new DeviceChoice(DeviceChoiceKind.Gpu, index);
                return true;
            default:
                return false;
        }
    }
}

/// <summary>The kind of a device.</summary>
internal enum DeviceChoiceKind
{
    /// <summary>The fastest device of this machine.</summary>
    Auto,

    /// <summary>The CPU.</summary>
    Cpu,

    /// <summary>A GPU.</summary>
    Gpu,
}
