#define NOBODY UINT_MAX

// The matches of all patches that cover a group's voxels; NOBODY where there is no patch.
void load_matches(__local uint *matches, __global const uint *places, int4 grid, int t, int h0, int w0)
{
    for (int i = get_local_id(1) * GROUP_W + get_local_id(0); i < TILE; i += GROUP_W * GROUP_H)
    {
        int w = w0 + i % TILE_W - (PATCH_W - 1), row = i / TILE_W;
        int h = h0 + row % TILE_H - (PATCH_H - 1), f = t + row / TILE_H - (PATCH_T - 1);
        matches[i] = (uint)w < (uint)grid.z && (uint)h < (uint)grid.y && (uint)f < (uint)grid.x
            ? places[((size_t)f * grid.y + h) * grid.z + w]
            : NOBODY;
    }
}

// The lower median of all candidates, channel by channel. Nothing is kept of the candidates but their range, which is then halved: where
// all agree, which is most of a settled sample, one look is enough.
__kernel __attribute__((reqd_work_group_size(GROUP_W, GROUP_H, 1)))
void vote_median(
    __global const uchar4 *values, int4 value_size, __global const uint *places, __global uchar4 *output, int4 output_size)
{
    __local uint matches[TILE];
    int4 grid = grid_of(output_size);
    int w0 = get_group_id(0) * GROUP_W, h0 = get_group_id(1) * GROUP_H;
    int w = get_global_id(0), h = get_global_id(1), b = get_global_id(2) / output_size.x, t = get_global_id(2) % output_size.x;
    load_matches(matches, places + (size_t)b * grid.x * grid.y * grid.z, grid, t, h0, w0);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (w >= output_size.z || h >= output_size.y) return;
    int row = value_size.z, frame = value_size.y * value_size.z;
    __local const uint *own = matches + get_local_id(1) * TILE_W + get_local_id(0);
    int4 low = (int4)(255), high = (int4)(0);
    int candidates = 0;
    for (int f = 0; f < PATCH_T; f++)
    {
        for (int r = 0; r < PATCH_H; r++)
        {
            for (int c = 0; c < PATCH_W; c++)
            {
                uint match = own[(f * TILE_H + r) * TILE_W + c];
                if (match == NOBODY) continue;
                int4 value = convert_int4(values[match + (PATCH_T - 1 - f) * frame + (PATCH_H - 1 - r) * row + PATCH_W - 1 - c]);
                low = min(low, value);
                high = max(high, value);
                candidates++;
            }
        }
    }

    // The median is the smallest value that more than (n - 1) / 2 candidates do not exceed.
    int4 rank = (int4)((candidates - 1) / 2);
    while (any(low != high))
    {
        int4 middle = (low + high) >> 1;
        int4 below_it = (int4)(0);
        for (int f = 0; f < PATCH_T; f++)
        {
            for (int r = 0; r < PATCH_H; r++)
            {
                for (int c = 0; c < PATCH_W; c++)
                {
                    uint match = own[(f * TILE_H + r) * TILE_W + c];
                    if (match == NOBODY) continue;
                    int4 value = convert_int4(values[match + (PATCH_T - 1 - f) * frame + (PATCH_H - 1 - r) * row + PATCH_W - 1 - c]);

                    // Vector comparisons give -1 where they hold.
                    below_it -= value <= middle;
                }
            }
        }

        int4 enough = below_it > rank;
        low = (low & enough) | ((middle + 1) & ~enough);
        high = (middle & enough) | (high & ~enough);
    }

    output[(((size_t)b * output_size.x + t) * output_size.y + h) * output_size.z + w] = convert_uchar4(low);
}

// The mean, by whole weights for every place in the patch; half rounds up.
__kernel __attribute__((reqd_work_group_size(GROUP_W, GROUP_H, 1)))
void vote_mean(
    __global const uchar4 *values, int4 value_size, __global const uint *places, __global uchar4 *output, int4 output_size,
    __global const uint *weights)
{
    __local uint matches[TILE];
    int4 grid = grid_of(output_size);
    int w0 = get_group_id(0) * GROUP_W, h0 = get_group_id(1) * GROUP_H;
    int w = get_global_id(0), h = get_global_id(1), b = get_global_id(2) / output_size.x, t = get_global_id(2) % output_size.x;
    load_matches(matches, places + (size_t)b * grid.x * grid.y * grid.z, grid, t, h0, w0);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (w >= output_size.z || h >= output_size.y) return;
    int row = value_size.z, frame = value_size.y * value_size.z;
    __local const uint *own = matches + get_local_id(1) * TILE_W + get_local_id(0);
    ulong4 sum = (ulong4)(0);
    ulong total = 0;
    for (int f = 0; f < PATCH_T; f++)
    {
        for (int r = 0; r < PATCH_H; r++)
        {
            for (int c = 0; c < PATCH_W; c++)
            {
                uint match = own[(f * TILE_H + r) * TILE_W + c];
                if (match == NOBODY) continue;
                int dt = PATCH_T - 1 - f, dh = PATCH_H - 1 - r, dw = PATCH_W - 1 - c;
                ulong weight = weights[(dt * PATCH_H + dh) * PATCH_W + dw];
                sum += convert_ulong4(values[match + dt * frame + dh * row + dw]) * weight;
                total += weight;
            }
        }
    }

    output[(((size_t)b * output_size.x + t) * output_size.y + h) * output_size.z + w] =
        convert_uchar4((sum * 2 + total) / (2 * total));
}
