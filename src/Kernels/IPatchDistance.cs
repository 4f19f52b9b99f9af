namespace Vgpnn.Kernels;

/// <summary>
/// Summed squared difference of a query patch and key patches, for one kind of sample. A struct, so that searches are
/// compiled for each kind with the kernel inlined; copied for every piece of work, because it remembers its query patch.
/// </summary>
internal interface IPatchDistance<T, TSelf>
    where T : unmanaged
    where TSelf : struct, IPatchDistance<T, TSelf>
{
    /// <summary>Prepares for the patches of a task.</summary>
    static abstract TSelf Create(SearchTask<T> task);

    /// <summary>Bytes that are held besides the volumes.</summary>
    static abstract long WorkingBytes(Extent query, Extent keys, Extent patch, int channels);

    /// <summary>Chooses the query patch at (t, h, w) of the query grid.</summary>
    void Aim(int t, int h, int w);

    /// <summary>Asks for the key patch at (t, h, w), which will be measured soon.</summary>
    void Fetch(int t, int h, int w);

    /// <summary>
    /// The distance of the chosen query patch to the key patch at (t, h, w) of the key grid, or something at or above
    /// <paramref name="limit"/> if the distance is not below it.
    /// </summary>
    float Measure(int t, int h, int w, float limit);
}
