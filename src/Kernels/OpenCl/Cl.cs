using System.Runtime.InteropServices;

namespace Vgpnn.Kernels.OpenCl;

/// <summary>
/// The functions of OpenCL 1.2 that are needed here, by their own names and numbers (Khronos' <c>cl.h</c>). The library is loaded by the
/// first call, and so by nobody who does not ask for a device.
/// </summary>
internal static unsafe partial class Cl
{
    public const string Library = "libOpenCL.so.1";

    public const int Success = 0;
    public const int DeviceNotFound = -1;
    public const int PlatformNotFound = -1001;
    public const ulong AnyDevice = 0xFFFFFFFF;
    public const ulong TypeCpu = 1 << 1;
    public const ulong TypeGpu = 1 << 2;
    public const uint PlatformName = 0x0902;
    public const uint DeviceType = 0x1000;
    public const uint DeviceComputeUnits = 0x1002;
    public const uint DeviceMaxWorkGroup = 0x1004;
    public const uint DeviceMaxAllocation = 0x1010;
    public const uint DeviceMemory = 0x101F;
    public const uint DeviceLocalMemory = 0x1023;
    public const uint DeviceAvailable = 0x1027;
    public const uint DeviceName = 0x102B;
    public const uint DriverVersion = 0x102D;
    public const uint DeviceVersion = 0x102F;
    public const uint DeviceExtensions = 0x1030;
    public const ulong Profiling = 1 << 1;
    public const ulong ReadWrite = 1 << 0;
    public const uint BuildLog = 0x1183;
    public const uint ExecutionStatus = 0x11D3;
    public const uint ProfilingStart = 0x1282;
    public const uint ProfilingEnd = 0x1283;

    [LibraryImport(Library, EntryPoint = "clGetPlatformIDs")]
    public static partial int GetPlatforms(uint room, nint* platforms, uint* count);

    [LibraryImport(Library, EntryPoint = "clGetPlatformInfo")]
    public static partial int GetPlatformInfo(nint platform, uint what, nuint room, void* value, nuint* size);

    [LibraryImport(Library, EntryPoint = "clGetDeviceIDs")]
    public static partial int GetDevices(nint platform, ulong type, uint room, nint* devices, uint* count);

    [LibraryImport(Library, EntryPoint = "clGetDeviceInfo")]
    public static partial int GetDeviceInfo(nint device, uint what, nuint room, void* value, nuint* size);

    [LibraryImport(Library, EntryPoint = "clCreateContext")]
    public static partial ContextHandle CreateContext(nint properties, uint count, nint* devices, nint notify, nint data, out int status);

    [LibraryImport(Library, EntryPoint = "clReleaseContext")]
    public static partial int ReleaseContext(nint context);

    [LibraryImport(Library, EntryPoint = "clCreateCommandQueue")]
    public static partial QueueHandle CreateQueue(ContextHandle context, nint device, ulong properties, out int status);

    [LibraryImport(Library, EntryPoint = "clReleaseCommandQueue")]
    public static partial int ReleaseQueue(nint queue);

    [LibraryImport(Library, EntryPoint = "clCreateBuffer")]
    public static partial BufferHandle CreateBuffer(ContextHandle context, ulong flags, nuint bytes, nint host, out int status);

    [LibraryImport(Library, EntryPoint = "clReleaseMemObject")]
    public static partial int ReleaseBuffer(nint buffer);

    [LibraryImport(Library, EntryPoint = "clCreateProgramWithSource")]
    public static partial ProgramHandle CreateProgram(ContextHandle context, uint count, byte** strings, nuint* lengths, out int status);

    [LibraryImport(Library, EntryPoint = "clBuildProgram", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int BuildProgram(ProgramHandle program, uint count, nint* devices, string options, nint notify, nint data);

    [LibraryImport(Library, EntryPoint = "clGetProgramBuildInfo")]
    public static partial int GetBuildInfo(ProgramHandle program, nint device, uint what, nuint room, void* value, nuint* size);

    [LibraryImport(Library, EntryPoint = "clReleaseProgram")]
    public static partial int ReleaseProgram(nint program);

    [LibraryImport(Library, EntryPoint = "clCreateKernel", StringMarshalling = StringMarshalling.Utf8)]
    public static partial KernelHandle CreateKernel(ProgramHandle program, string name, out int status);

    [LibraryImport(Library, EntryPoint = "clReleaseKernel")]
    public static partial int ReleaseKernel(nint kernel);

    [LibraryImport(Library, EntryPoint = "clSetKernelArg")]
    public static partial int SetArgument(KernelHandle kernel, uint index, nuint size, void* value);

    [LibraryImport(Library, EntryPoint = "clEnqueueNDRangeKernel")]
    public static partial int Launch(
        QueueHandle queue, KernelHandle kernel, uint dimensions, nuint* offset, nuint* global, nuint* local, uint waits, nint* waitFor, out EventHandle done);

    [LibraryImport(Library, EntryPoint = "clEnqueueWriteBuffer")]
    public static partial int Write(
        QueueHandle queue, BufferHandle buffer, uint blocking, nuint offset, nuint bytes, void* from, uint waits, nint* waitFor, out EventHandle done);

    [LibraryImport(Library, EntryPoint = "clEnqueueReadBuffer")]
    public static partial int Read(
        QueueHandle queue, BufferHandle buffer, uint blocking, nuint offset, nuint bytes, void* to, uint waits, nint* waitFor, out EventHandle done);

    [LibraryImport(Library, EntryPoint = "clEnqueueCopyBuffer")]
    public static partial int Copy(
        QueueHandle queue, BufferHandle from, BufferHandle to, nuint fromOffset, nuint toOffset, nuint bytes, uint waits, nint* waitFor, out EventHandle done);

    [LibraryImport(Library, EntryPoint = "clEnqueueMarkerWithWaitList")]
    private static partial int Marker(QueueHandle queue, uint waits, nint* waitFor, out EventHandle done);

    public static int Marker(QueueHandle queue, out EventHandle done) => Marker(queue, 0, null, out done);

    [LibraryImport(Library, EntryPoint = "clFlush")]
    public static partial int Flush(QueueHandle queue);

    [LibraryImport(Library, EntryPoint = "clGetEventInfo")]
    public static partial int GetEventInfo(EventHandle e, uint what, nuint room, void* value, nuint* size);

    [LibraryImport(Library, EntryPoint = "clGetEventProfilingInfo")]
    public static partial int GetProfilingInfo(EventHandle e, uint what, nuint room, void* value, nuint* size);

    [LibraryImport(Library, EntryPoint = "clReleaseEvent")]
    public static partial int ReleaseEvent(nint e);
}

/// <summary>An object of the driver that is given back when nobody holds it any more.</summary>
internal abstract class ClHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    /// <summary>The driver's own name for it.</summary>
    public nint Value => handle;
}

internal sealed class ContextHandle : ClHandle
{
    protected override bool ReleaseHandle() => Cl.ReleaseContext(handle) == Cl.Success;
}

internal sealed class QueueHandle : ClHandle
{
    protected override bool ReleaseHandle() => Cl.ReleaseQueue(handle) == Cl.Success;
}

internal sealed class BufferHandle : ClHandle
{
    protected override bool ReleaseHandle() => Cl.ReleaseBuffer(handle) == Cl.Success;
}

internal sealed class ProgramHandle : ClHandle
{
    protected override bool ReleaseHandle() => Cl.ReleaseProgram(handle) == Cl.Success;
}

internal sealed class KernelHandle : ClHandle
{
    protected override bool ReleaseHandle() => Cl.ReleaseKernel(handle) == Cl.Success;
}

internal sealed class EventHandle : ClHandle
{
    protected override bool ReleaseHandle() => Cl.ReleaseEvent(handle) == Cl.Success;
}
