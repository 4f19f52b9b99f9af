using System.Text;

namespace Vgpnn.Kernels.OpenCl;

/// <summary>Compiled kernels.</summary>
internal sealed class OpenClProgram : IDisposable
{
    private readonly ProgramHandle _program;
    private readonly Dictionary<string, KernelHandle> _kernels = new(StringComparer.Ordinal);

    private OpenClProgram(ProgramHandle program) => _program = program;

    /// <exception cref="OpenClException">The compiler does not take it: its log.</exception>
    public static unsafe OpenClProgram Build(ContextHandle context, OpenClDevice device, string source, string options)
    {
        byte[] text = Encoding.UTF8.GetBytes(source);
        nuint length = (nuint)text.Length;
        ProgramHandle program;
        int status;
        fixed (byte* first = text)
        {
            byte* strings = first;
            program = Cl.CreateProgram(context, 1, &strings, &length, out status);
        }

        OpenClException.ThrowIfFailed(status, "handing over the kernels");
        nint id = device.Id;
        status = Cl.BuildProgram(program, 1, &id, options, 0, 0);
        if (status == Cl.Success) return new OpenClProgram(program);
        string log = Log(program, id);
        program.Dispose();
        throw new OpenClException(
            OpenClFailure.Build, $"the compiler of {device.Name} ({device.Version}) does not take the kernels ({status}): {(log.Length > 0 ? log : "it does not say why")}");
    }

    public KernelHandle Kernel(string name)
    {
        if (_kernels.TryGetValue(name, out KernelHandle? kernel)) return kernel;
        kernel = Cl.CreateKernel(_program, name, out int status);
        OpenClException.ThrowIfFailed(status, $"finding the kernel {name}");
        return _kernels[name] = kernel;
    }

    public void Dispose()
    {
        foreach (KernelHandle kernel in _kernels.Values) kernel.Dispose();
        _program.Dispose();
    }

    private static unsafe string Log(ProgramHandle program, nint device)
    {
        nuint size = 0;
        if (Cl.GetBuildInfo(program, device, Cl.BuildLog, 0, null, &size) != Cl.Success || size == 0) return "";
        var bytes = new byte[size];
        fixed (byte* to = bytes)
            if (Cl.GetBuildInfo(program, device, Cl.BuildLog, size, to, null) != Cl.Success) return "";
        return Encoding.UTF8.GetString(bytes).TrimEnd('\0').Trim();
    }
}
