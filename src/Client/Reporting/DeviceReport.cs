namespace Vgpnn.Client.Reporting;

/// <summary>A device of this machine.</summary>
/// <param name="Name">The value for <c>--device</c>.</param>
/// <param name="EngineClass">The backend: <c>cpu</c> or <c>gpu</c>.</param>
/// <param name="Model">The vendor's name of the device.</param>
/// <param name="Cores">Cores available to this process; compute units of a GPU.</param>
/// <param name="VectorBits">Width of the widest vectors in bits; 0 for a GPU.</param>
/// <param name="MemoryBytes">Memory available to this process in bytes.</param>
internal sealed record DeviceReport(string Name, string EngineClass, string Model, int Cores, int VectorBits, long MemoryBytes);
