namespace Vgpnn.Client.Reporting;

/// <summary>Something that can compute.</summary>
/// <param name="Name">What <c>--device</c> takes.</param>
/// <param name="EngineClass">Class of engine: the same bits are promised within one.</param>
/// <param name="Model">The maker's name for it.</param>
/// <param name="Cores">Cores that this process may use; of a device its compute units.</param>
/// <param name="VectorBits">Width of its widest vectors; of a device 0.</param>
/// <param name="MemoryBytes">Memory that this process may use.</param>
internal sealed record DeviceReport(string Name, string EngineClass, string Model, int Cores, int VectorBits, long MemoryBytes);
