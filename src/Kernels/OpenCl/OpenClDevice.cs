using System.Text;

namespace Vgpnn.Kernels.OpenCl;

/// <summary>What kind of hardware a device is.</summary>
public enum OpenClDeviceKind
{
    /// <summary>A graphics processor.</summary>
    Gpu,

    /// <summary>Anything else that is no processor.</summary>
    Accelerator,

    /// <summary>The machine's own processor behind a driver.</summary>
    Cpu,
}

/// <summary>A device as its driver describes it.</summary>
public sealed record OpenClDevice
{
    private OpenClDevice(nint id) => Id = id;

    /// <summary>Its place in <see cref="List"/>: graphics processors come first.</summary>
    public int Index { get; private init; }

    /// <summary>The maker's name for it.</summary>
    public required string Name { get; init; }

    /// <summary>The driver it belongs to.</summary>
    public required string Platform { get; init; }

    /// <summary>The driver's version, and the version of OpenCL that the device speaks.</summary>
    public required string Version { get; init; }

    /// <summary>What it is.</summary>
    public required OpenClDeviceKind Kind { get; init; }

    /// <summary>Compute units: multiprocessors, slices or cores.</summary>
    public required int Units { get; init; }

    /// <summary>Bytes of its memory.</summary>
    public required long Memory { get; init; }

    /// <summary>Bytes that one buffer may have.</summary>
    public required long MaxBuffer { get; init; }

    /// <summary>Bytes that the work items of a group may share.</summary>
    public required long LocalMemory { get; init; }

    /// <summary>Work items that a group may have.</summary>
    public required int MaxWorkGroup { get; init; }

    /// <summary>Whether it has an instruction for dot products of four bytes.</summary>
    public required bool HasByteDots { get; init; }

    internal nint Id { get; }

    /// <summary>All devices of this machine that are available, in an order that does not change from call to call.</summary>
    /// <exception cref="OpenClException">Missing: there is no OpenCL; NoDevice: it has no device.</exception>
    public static IReadOnlyList<OpenClDevice> List()
    {
        try
        {
            OpenClDevice[] devices = [.. Platforms().SelectMany(Devices).OrderBy(d => d.Kind).Select((d, i) => d with { Index = i })];
            return devices.Length > 0 ? devices : throw new OpenClException(OpenClFailure.NoDevice, "OpenCL has no device here");
        }
        catch (DllNotFoundException e)
        {
            throw new OpenClException(OpenClFailure.Missing, $"there is no OpenCL here: {Cl.Library} cannot be loaded", e);
        }
        catch (EntryPointNotFoundException e)
        {
            throw new OpenClException(OpenClFailure.Missing, $"{Cl.Library} is older than OpenCL 1.2", e);
        }
    }

    /// <summary>One device.</summary>
    /// <param name="index">Its place in <see cref="List"/>; null: the first.</param>
    /// <exception cref="OpenClException">There is no OpenCL, or no such device.</exception>
    public static OpenClDevice Find(int? index = null)
    {
        IReadOnlyList<OpenClDevice> devices = List();
        int wanted = index ?? 0;
        if ((uint)wanted < (uint)devices.Count) return devices[wanted];
        throw new OpenClException(
            OpenClFailure.NoDevice,
            $"there is no OpenCL device {wanted}; " + (devices.Count == 1 ? "there is only device 0" : $"they are numbered from 0 to {devices.Count - 1}"));
    }

    private static unsafe nint[] Platforms()
    {
        uint count = 0;
        int status = Cl.GetPlatforms(0, null, &count);
        if (status == Cl.PlatformNotFound || (status == Cl.Success && count == 0))
            throw new OpenClException(OpenClFailure.NoDevice, "OpenCL is installed, but no driver for any device");
        OpenClException.ThrowIfFailed(status, "listing drivers");
        var platforms = new nint[count];
        fixed (nint* to = platforms) OpenClException.ThrowIfFailed(Cl.GetPlatforms(count, to, null), "listing drivers");
        return platforms;
    }

    private static unsafe IEnumerable<OpenClDevice> Devices(nint platform)
    {
        uint count = 0;
        int status = Cl.GetDevices(platform, Cl.AnyDevice, 0, null, &count);
        if (status == Cl.DeviceNotFound || (status == Cl.Success && count == 0)) return [];
        OpenClException.ThrowIfFailed(status, "listing devices");
        var ids = new nint[count];
        fixed (nint* to = ids) OpenClException.ThrowIfFailed(Cl.GetDevices(platform, Cl.AnyDevice, count, to, null), "listing devices");
        string name = Text((what, room, value, size) => Cl.GetPlatformInfo(platform, what, room, (void*)value, (nuint*)size), Cl.PlatformName);
        return [.. ids.Where(id => Number<uint>(id, Cl.DeviceAvailable) != 0).Select(id => Describe(id, name))];
    }

    private static OpenClDevice Describe(nint id, string platform)
    {
        ulong type = Number<ulong>(id, Cl.DeviceType);
        return new OpenClDevice(id)
        {
            Name = Text(id, Cl.DeviceName),
            Platform = platform,
            Version = $"{Text(id, Cl.DriverVersion)}, {Text(id, Cl.DeviceVersion)}",
            Kind = (type & Cl.TypeGpu) != 0 ? OpenClDeviceKind.Gpu : (type & Cl.TypeCpu) != 0 ? OpenClDeviceKind.Cpu : OpenClDeviceKind.Accelerator,
            Units = (int)Number<uint>(id, Cl.DeviceComputeUnits),
            Memory = (long)Number<ulong>(id, Cl.DeviceMemory),
            MaxBuffer = (long)Number<ulong>(id, Cl.DeviceMaxAllocation),
            LocalMemory = (long)Number<ulong>(id, Cl.DeviceLocalMemory),
            MaxWorkGroup = (int)Number<nuint>(id, Cl.DeviceMaxWorkGroup),
            HasByteDots = Text(id, Cl.DeviceExtensions).Split(' ').Contains("cl_khr_integer_dot_product"),
        };
    }

    private static unsafe T Number<T>(nint id, uint what)
        where T : unmanaged
    {
        T value = default;
        OpenClException.ThrowIfFailed(Cl.GetDeviceInfo(id, what, (nuint)sizeof(T), &value, null), "describing a device");
        return value;
    }

    private static unsafe string Text(nint id, uint what) =>
        Text((property, room, value, size) => Cl.GetDeviceInfo(id, property, room, (void*)value, (nuint*)size), what);

    private static unsafe string Text(Func<uint, nuint, nint, nint, int> ask, uint what)
    {
        nuint size = 0;
        OpenClException.ThrowIfFailed(ask(what, 0, 0, (nint)(&size)), "describing a device");
        var bytes = new byte[size];
        fixed (byte* to = bytes) OpenClException.ThrowIfFailed(ask(what, size, (nint)to, 0), "describing a device");

        // Some drivers pad with more than the one zero that ends it.
        return Encoding.UTF8.GetString(bytes).TrimEnd('\0').Trim();
    }
}
