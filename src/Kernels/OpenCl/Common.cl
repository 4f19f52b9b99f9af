// Everything is computed in integers, so that a device's results do not depend on its maker. A voxel is a uchar4, whatever its channels:
// one aligned load, and neighbouring work items read neighbouring words.
//
// Sizes are int4: frames, rows, columns, and voxels from one sample of a batch to the next (0: the samples share the volume). A place
// is the index of a patch's first voxel in its volume.
//
// Defined by the host: PATCH_T, PATCH_H, PATCH_W (the patch), GROUP_W, GROUP_H (a work group's columns and rows), CHANNELS, and
// BYTE_DOTS where the device has cl_khr_integer_dot_product.

#define TILE_W (GROUP_W + PATCH_W - 1)
#define TILE_H (GROUP_H + PATCH_H - 1)
#define TILE (PATCH_T * TILE_H * TILE_W)

// Counted for every launch: patch distances that were begun, and rows of patches that were compared.
#define COUNTERS 2

uint squared(uchar4 a, uchar4 b)
{
#ifdef BYTE_DOTS
    uchar4 d = abs_diff(a, b);
    return dot(d, d);
#else
    int4 d = convert_int4(a) - convert_int4(b);
    int sum = d.x * d.x;
#if CHANNELS > 1
    sum += d.y * d.y;
#endif
#if CHANNELS > 2
    sum += d.z * d.z;
#endif
#if CHANNELS > 3
    sum += d.w * d.w;
#endif
    return (uint)sum;
#endif
}

// splitmix64's finaliser, as Hash.Mix.
ulong scramble(ulong x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
    return x ^ (x >> 31);
}

uint below(ulong *state, uint bound)
{
    // A step of Knuth's MMIX generator; only the upper bits are used.
    *state = *state * 6364136223846793005UL + 1442695040888963407UL;
    return (uint)(((*state >> 32) * bound) >> 32);
}

int4 grid_of(int4 size)
{
    return (int4)(size.x - PATCH_T + 1, size.y - PATCH_H + 1, size.z - PATCH_W + 1, 0);
}

// A work group's share of a volume, and what its patches reach beyond. What lies outside the volume belongs to no patch: any voxel will do.
void load_tile(__local uchar4 *tile, __global const uchar4 *from, int4 size, int t, int h0, int w0)
{
    for (int i = get_local_id(1) * GROUP_W + get_local_id(0); i < TILE; i += GROUP_W * GROUP_H)
    {
        int w = i % TILE_W, row = i / TILE_W;
        int h = row % TILE_H, f = row / TILE_H;
        tile[i] = from[((size_t)(t + f) * size.y + min(h0 + h, size.y - 1)) * size.z + min(w0 + w, size.z - 1)];
    }
}

// All of a group come here; counters may be null.
void count(__local uint *sums, __global uint *counters, uint evaluations, uint rows)
{
    if (!counters) return;
    int first = get_local_id(0) == 0 && get_local_id(1) == 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (first) sums[0] = sums[1] = 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    atomic_add(sums, evaluations);
    atomic_add(sums + 1, rows);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (!first) return;
    atomic_add(counters, sums[0]);

    // In units of 256, so that 32 bits hold the largest launch.
    atomic_add(counters + 1, (sums[1] + 128) >> 8);
}
