using System.Globalization;

namespace Vgpnn.Client.CommandLine;

/// <summary>What <c>--device</c> says.</summary>
/// <param name="Kind">What computes.</param>
/// <param name="Index">Which GPU; <c>null</c>: the first.</param>
internal readonly record struct DeviceChoice(DeviceChoiceKind Kind, int? Index = null)
{
    /// <summary>What the option takes, for its help and its error.</summary>
    public const string Allowed = "auto, cpu, gpu, or one of several devices such as gpu:1";

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

/// <summary>What computes.</summary>
internal enum DeviceChoiceKind
{
    /// <summary>Whatever is faster here.</summary>
    Auto,

    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>A GPU.</summary>
    Gpu,
}
