using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vgpnn.Kernels.Volumes;

namespace Vgpnn.Kernels.Distances;

/// <summary>
/// A band of query rows in the layout of the distance kernel: packed, with Σq(q − 256) of each patch. Each thread has one band, which grows
/// to the required size and stays in the cache.
/// </summary>
internal sealed unsafe class QueryBand
{
    [ThreadStatic]
    private static QueryBand? s_ofThread;

    private byte[] _bytes = [];
    private int[] _sums = [];
    private byte* _first;
    private int _width;
    private int _top;

    /// <summary>The band of the calling thread.</summary>
    public static QueryBand OfThread => s_ofThread ??= new QueryBand();

    /// <summary>Bytes from one row to the next.</summary>
    public nint RowStride { get; private set; }

    /// <summary>Bytes from one frame to the next.</summary>
    public nint FrameStride { get; private set; }

    /// <summary>Packs the rows needed by patches in rows <paramref name="top"/> to <paramref name="bottom"/> − 1 of frame <paramref name="t"/>.</summary>
    public void Load(Volume<byte> query, Extent patch, PatchLayout layout, int t, int top, int bottom)
    {
        _width = query.Extent.W;
        _top = top;
        if (layout.Frames == 1)
        {
            int rows = bottom - top + patch.H - 1;
            _bytes = Sized(_bytes, (rows * _width * layout.Pixel) + Volume.Padding);
            _first = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_bytes));
            PatchLayout.Pack(query, layout.Pixel / query.Channels, t, top, top + rows, 0, _first);
            RowStride = _width * layout.Pixel;
            FrameStride = rows * RowStride;
        }
        else
        {
            _first = query.Pointer + (t * query.FrameStride) + (top * query.RowStride);
            (RowStride, FrameStride) = (query.RowStride, query.FrameStride);
        }

        _sums = Sized(_sums, (bottom - top) * _width);
        PatchSums.Rows(query, patch, PatchSums.Query, t, top, bottom, Pointer(_sums), _width);
    }

    /// <summary>Returns row <paramref name="h"/> of the query grid; a patch begins at every pixel.</summary>
    public byte* Bytes(int h) => _first + ((h - _top) * RowStride);

    /// <summary>Returns Σq(q − 256) of the patches in row <paramref name="h"/>.</summary>
    public int* Sums(int h) => Pointer(_sums) + ((h - _top) * _width);

    private static T[] Sized<T>(T[] array, int length)
        where T : unmanaged => array.Length >= length ? array : GC.AllocateUninitializedArray<T>(length, pinned: true);

    private static int* Pointer(int[] array) => (int*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
}
