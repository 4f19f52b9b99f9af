using System.Globalization;

namespace Vgpnn.Client.CommandLine;

/// <summary>What <c>--device</c> says.</summary>
/// <param name="Kind">What computes.</param>
/// <param name="Index">Which OpenCL device; null: the first.</param>
internal readonly record struct DeviceChoice(DeviceKind Kind, int? Index = null)
{
    /// <summary>What the option takes, for its help and its error.</summary>
    public const string Allowed = "auto, cpu, opencl, or one of several devices such as opencl:1";

    public static bool TryParse(string text, out DeviceChoice choice)
    {
        choice = default;
        string[] parts = text.ToLowerInvariant().Split(':');
        switch (parts)
        {
            case ["auto"]:
                return true;
            case ["cpu"]:
                choice = new DeviceChoice(DeviceKind.Cpu);
                return true;
            case ["opencl"]:
                choice = new DeviceChoice(DeviceKind.OpenCl);
                return true;
            case ["opencl", { Length: <= 3 } number] when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int index):
                choice = new DeviceChoice(DeviceKind.OpenCl, index);
                return true;
            default:
                return false;
        }
    }
}

/// <summary>What computes.</summary>
internal enum DeviceKind
{
    /// <summary>Whatever is faster here.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An OpenCL device.</summary>
    OpenCl,
}
