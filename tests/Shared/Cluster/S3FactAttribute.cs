namespace Vgpnn.Testing.Cluster;

/// <summary>A test that needs a server for S3; skipped, with the reason, without one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class S3FactAttribute : FactAttribute
{
    /// <summary>Looks for a server.</summary>
    public S3FactAttribute() => Skip = S3Server.Missing;
}

/// <summary>A theory that needs a server for S3; skipped, with the reason, without one.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class S3TheoryAttribute : TheoryAttribute
{
    /// <summary>Looks for a server.</summary>
    public S3TheoryAttribute() => Skip = S3Server.Missing;
}
