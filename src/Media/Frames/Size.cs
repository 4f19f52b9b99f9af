namespace Vgpnn.Media.Frames;

/// <summary>Columns and rows.</summary>
internal readonly record struct Size(int Width, int Height)
{
    /// <summary>The shortest side that the method can work on.</summary>
    public const int Shortest = 8;

    /// <inheritdoc/>
    public override string ToString() => $"{Width}×{Height}";
}
