namespace Vgpnn.Silo.Hosting.Jobs;

/// <summary>Who a worker is.</summary>
/// <param name="Id">Fresh for every process.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Backends">The backends that it computes with.</param>
internal sealed record WorkerIdentity(string Id, string Version, IReadOnlyList<string> Backends);
