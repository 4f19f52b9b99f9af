typedef struct
{
    uint place;
    uint distance;
    ulong score;
    uint evaluations;
    uint rows;
} Match;

// Of equally near places the one so far stays, so a distance that comes to the limit need not be known.
uint tile_distance(__local const uchar4 *query, __global const uchar4 *key, int4 size, uint limit, uint *rows)
{
    uint sum = 0;
    for (int t = 0; t < PATCH_T; t++)
    {
        for (int h = 0; h < PATCH_H; h++)
        {
            __local const uchar4 *q = query + (t * TILE_H + h) * TILE_W;
            __global const uchar4 *k = key + ((size_t)t * size.y + h) * size.z;
#pragma unroll
            for (int w = 0; w < PATCH_W; w++) sum += squared(q[w], k[w]);
            ++*rows;
            if (sum >= limit) return sum;
        }
    }

    return sum;
}

// A weight is a whole number, 0 where a place is no candidate; distances times weights are compared in 64 bits.
ulong weight_of(__global const uint *weights, uint place)
{
    return weights ? weights[place] : 1;
}

void consider(
    Match *match, uint place, __local const uchar4 *query, __global const uchar4 *keys, int4 size, __global const uint *weights)
{
    if (place == match->place) return;
    ulong weight = weight_of(weights, place);
    if (weight == 0) return;
    uint limit = weights ? (uint)min((match->score + weight - 1) / weight, (ulong)UINT_MAX) : match->distance;
    match->evaluations++;
    uint d = tile_distance(query, keys + place, size, limit, &match->rows);
    if (d >= limit) return;
    match->place = place;
    match->distance = d;
    match->score = d * weight;
}

int4 split(uint place, int4 size)
{
    uint row = place / (uint)size.z, t = row / (uint)size.y;
    return (int4)((int)t, (int)(row - t * (uint)size.y), (int)(place - row * (uint)size.z), 0);
}

uint nearest(int4 at, int4 grid, int4 size)
{
    at = clamp(at, (int4)(0), grid - (int4)(1, 1, 1, 0));
    return ((uint)at.x * (uint)size.y + (uint)at.y) * (uint)size.z + (uint)at.z;
}

uint drawn(ulong *state, __global const uint *allowed, uint count, int4 grid, int4 size)
{
    uint number = below(state, count);
    if (allowed) return allowed[number];
    uint row = number / (uint)grid.z, t = row / (uint)grid.y;
    return (t * (uint)size.y + row - t * (uint)grid.y) * (uint)size.z + number - row * (uint)grid.z;
}

int4 noise(ulong *state, int radius)
{
    uint bound = 2 * radius + 1;
    int t = (int)below(state, bound) - radius, h = (int)below(state, bound) - radius, w = (int)below(state, bound) - radius;
    return (int4)(t, h, w, 0);
}

// Where a search starts: a random place, or the match so far measured anew.
__kernel __attribute__((reqd_work_group_size(GROUP_W, GROUP_H, 1)))
void search_start(
    __global const uchar4 *query, int4 query_size, __global const uchar4 *keys, int4 key_size, __global const uint *weights,
    __global const uint *allowed, uint allowed_count, __global uint *places, __global uint *distances, __global const ulong *seeds,
    ulong salt, int fresh, __global uint *counters)
{
    __local uchar4 tile[TILE];
    __local uint sums[COUNTERS];
    int4 grid = grid_of(query_size), key_grid = grid_of(key_size);
    int w0 = get_group_id(0) * GROUP_W, h0 = get_group_id(1) * GROUP_H;
    int w = get_global_id(0), h = get_global_id(1), b = get_global_id(2) / grid.x, t = get_global_id(2) % grid.x;
    load_tile(tile, query + (size_t)b * query_size.w, query_size, t, h0, w0);
    barrier(CLK_LOCAL_MEM_FENCE);
    uint evaluations = 0, rows = 0;
    if (w < grid.z && h < grid.y)
    {
        uint index = ((uint)t * grid.y + h) * grid.z + w;
        size_t at = (size_t)b * grid.x * grid.y * grid.z + index;
        ulong state = scramble(seeds[b] ^ scramble(salt + index));
        uint place = places[at];
        if (fresh || weight_of(weights, place) == 0) place = drawn(&state, allowed, allowed_count, key_grid, key_size);
        __local const uchar4 *own = tile + get_local_id(1) * TILE_W + get_local_id(0);
        places[at] = place;
        distances[at] = tile_distance(own, keys + (size_t)b * key_size.w + place, key_size, UINT_MAX, &rows);
        evaluations = 1;
    }

    count(sums, counters, evaluations, rows);
}

// One pass of jump flooding: every query patch tries a random place, its match moved by noise, and the offsets of its six neighbours
// at a distance, as they are and moved by noise. All come from the state before the pass: work items do not see each other's finds.
__kernel __attribute__((reqd_work_group_size(GROUP_W, GROUP_H, 1)))
void jump_flood(
    __global const uchar4 *query, int4 query_size, __global const uchar4 *keys, int4 key_size, __global const uint *weights,
    __global const uint *allowed, uint allowed_count, __global const uint *before, __global uint *after, __global uint *distances,
    __global const ulong *seeds, ulong salt, int step, int radius, __global uint *counters)
{
    __local uchar4 tile[TILE];
    __local uint sums[COUNTERS];
    int4 grid = grid_of(query_size), key_grid = grid_of(key_size);
    int w0 = get_group_id(0) * GROUP_W, h0 = get_group_id(1) * GROUP_H;
    int w = get_global_id(0), h = get_global_id(1), b = get_global_id(2) / grid.x, t = get_global_id(2) % grid.x;
    load_tile(tile, query + (size_t)b * query_size.w, query_size, t, h0, w0);
    barrier(CLK_LOCAL_MEM_FENCE);
    Match match = { 0, 0, 0, 0, 0 };
    if (w < grid.z && h < grid.y)
    {
        uint index = ((uint)t * grid.y + h) * grid.z + w;
        __global const uint *sample = before + (size_t)b * grid.x * grid.y * grid.z;
        __local const uchar4 *own = tile + get_local_id(1) * TILE_W + get_local_id(0);
        size_t at = (size_t)b * grid.x * grid.y * grid.z + index;
        keys += (size_t)b * key_size.w;
        match.place = sample[index];
        match.distance = distances[at];
        match.score = match.distance * weight_of(weights, match.place);
        if (match.distance != 0)
        {
            ulong state = scramble(seeds[b] ^ scramble(salt + index));
            int4 mine = split(match.place, key_size);
            consider(&match, drawn(&state, allowed, allowed_count, key_grid, key_size), own, keys, key_size, weights);
            consider(&match, nearest(mine + noise(&state, radius), key_grid, key_size), own, keys, key_size, weights);
            for (int side = 0; side < 6; side++)
            {
                int move = side & 1 ? step : -step;
                int4 d = side < 2 ? (int4)(move, 0, 0, 0) : side < 4 ? (int4)(0, move, 0, 0) : (int4)(0, 0, move, 0);
                if ((uint)(t + d.x) >= (uint)grid.x || (uint)(h + d.y) >= (uint)grid.y || (uint)(w + d.z) >= (uint)grid.z) continue;
                int4 offered = split(sample[((t + d.x) * grid.y + h + d.y) * grid.z + w + d.z], key_size) - d;
                consider(&match, nearest(offered, key_grid, key_size), own, keys, key_size, weights);
                consider(&match, nearest(offered + noise(&state, radius), key_grid, key_size), own, keys, key_size, weights);
            }
        }

        after[at] = match.place;
        distances[at] = match.distance;
    }

    count(sums, counters, match.evaluations, match.rows);
}

// Every key of some frames of the key grid for every query. A group looks at a tile of keys together. Of equally near ones the first wins.
__kernel __attribute__((reqd_work_group_size(GROUP_W, GROUP_H, 1)))
void exhaustive(
    __global const uchar4 *query, int4 query_size, __global const uchar4 *keys, int4 key_size, __global const uint *weights,
    int first, int end, __global uint *places, __global uint *distances, __global uint *counters)
{
    __local uchar4 tile[TILE], key_tile[TILE];
    __local uint sums[COUNTERS];
    int4 grid = grid_of(query_size), key_grid = grid_of(key_size);
    int w0 = get_group_id(0) * GROUP_W, h0 = get_group_id(1) * GROUP_H;
    int w = get_global_id(0), h = get_global_id(1), b = get_global_id(2) / grid.x, t = get_global_id(2) % grid.x;
    int inside = w < grid.z && h < grid.y;
    size_t at = (size_t)b * grid.x * grid.y * grid.z + ((size_t)t * grid.y + min(h, grid.y - 1)) * grid.z + min(w, grid.z - 1);
    load_tile(tile, query + (size_t)b * query_size.w, query_size, t, h0, w0);
    keys += (size_t)b * key_size.w;
    __local const uchar4 *own = tile + get_local_id(1) * TILE_W + get_local_id(0);
    uint evaluations = 0, rows = 0, place = UINT_MAX, distance = UINT_MAX;
    ulong score = ULONG_MAX;
    if (inside && first > 0)
    {
        place = places[at];
        distance = distances[at];
        score = distance * weight_of(weights, place);
    }

    for (int kt = first; kt < end; kt++)
    {
        for (int kh0 = 0; kh0 < key_grid.y; kh0 += GROUP_H)
        {
            for (int kw0 = 0; kw0 < key_grid.z; kw0 += GROUP_W)
            {
                barrier(CLK_LOCAL_MEM_FENCE);
                load_tile(key_tile, keys, key_size, kt, kh0, kw0);
                barrier(CLK_LOCAL_MEM_FENCE);
                int rows_here = inside ? min(GROUP_H, key_grid.y - kh0) : 0, columns_here = min(GROUP_W, key_grid.z - kw0);
                for (int i = 0; i < rows_here; i++)
                {
                    for (int j = 0; j < columns_here; j++)
                    {
                        uint here = ((uint)kt * key_size.y + kh0 + i) * key_size.z + kw0 + j;
                        ulong weight = weight_of(weights, here);
                        if (weight == 0) continue;
                        uint sum = 0;
                        ulong wins = here < place ? score : score - 1;
                        if (score == 0 && here >= place) continue;
                        evaluations++;
                        int r = 0;
                        for (; r < PATCH_T * PATCH_H && sum * weight <= wins; r++)
                        {
                            int row = (r / PATCH_H) * TILE_H + r % PATCH_H;
                            __local const uchar4 *q = own + row * TILE_W, *k = key_tile + (row + i) * TILE_W + j;
#pragma unroll
                            for (int x = 0; x < PATCH_W; x++) sum += squared(q[x], k[x]);
                        }

                        rows += r;
                        if (sum * weight > wins) continue;
                        place = here;
                        distance = sum;
                        score = sum * weight;
                    }
                }
            }
        }
    }

    if (inside)
    {
        places[at] = place;
        distances[at] = distance;
    }

    count(sums, counters, evaluations, rows);
}

// The coarsest level, whose query carries noise far outside the range of bytes. It is tiny: a work item for every query patch.
__kernel __attribute__((reqd_work_group_size(GROUP_W, GROUP_H, 1)))
void exhaustive_wide(
    __global const short4 *query, int4 query_size, __global const uchar4 *keys, int4 key_size, __global const uint *weights,
    __global uint *places, __global uint *distances, __global uint *counters)
{
    __local uint sums[COUNTERS];
    int4 grid = grid_of(query_size), key_grid = grid_of(key_size);
    int w = get_global_id(0), h = get_global_id(1), b = get_global_id(2) / grid.x, t = get_global_id(2) % grid.x;
    uint evaluations = 0, rows = 0;
    if (w < grid.z && h < grid.y)
    {
        __global const short4 *own = query + (size_t)b * query_size.w + ((size_t)t * query_size.y + h) * query_size.z + w;
        ulong best = ULONG_MAX;
        uint place = 0;
        for (int kt = 0; kt < key_grid.x; kt++)
        {
            for (int kh = 0; kh < key_grid.y; kh++)
            {
                for (int kw = 0; kw < key_grid.z; kw++)
                {
                    uint here = ((uint)kt * key_size.y + kh) * key_size.z + kw;
                    if (weight_of(weights, here) == 0) continue;
                    ulong sum = 0;
                    evaluations++;
                    for (int r = 0; r < PATCH_T * PATCH_H && sum < best; r++)
                    {
                        __global const short4 *q = own + ((size_t)(r / PATCH_H) * query_size.y + r % PATCH_H) * query_size.z;
                        __global const uchar4 *k = keys + here + ((size_t)(r / PATCH_H) * key_size.y + r % PATCH_H) * key_size.z;
                        for (int x = 0; x < PATCH_W; x++)
                        {
                            int4 d = convert_int4(q[x]) - convert_int4(k[x]);
                            sum += (ulong)((uint)(d.x * d.x) + (uint)(d.y * d.y) + (uint)(d.z * d.z));
                        }

                        rows++;
                    }

                    if (sum >= best) continue;
                    best = sum;
                    place = here;
                }
            }
        }

        size_t at = ((size_t)b * grid.x + t) * grid.y * grid.z + (size_t)h * grid.z + w;
        places[at] = place;
        distances[at] = (uint)min(best, (ulong)UINT_MAX);
    }

    count(sums, counters, evaluations, rows);
}

// Weights that make a search use all of the keys, by place: 2^40 / (alpha + the key's distance to its nearest query), at most 32 bits, and
// 0 where no key patch begins.
__kernel void completeness_weights(__global const uint *distances, int4 key_size, ulong alpha, __global uint *weights)
{
    uint place = get_global_id(0);
    if (place >= (uint)key_size.x * key_size.y * key_size.z) return;
    int4 grid = grid_of(key_size), at = split(place, key_size);
    uint weight = 0;
    if (at.x < grid.x && at.y < grid.y && at.z < grid.z)
    {
        ulong d = distances[((uint)at.x * grid.y + at.y) * grid.z + at.z];
        weight = (uint)min((1UL << 40) / (alpha + d), (ulong)UINT_MAX);
    }

    weights[place] = weight;
}

// Sums of distances, one for each group of each sample; the host adds them.
__kernel __attribute__((reqd_work_group_size(64, 1, 1)))
void sum_distances(__global const uint *distances, uint each, __global ulong *sums)
{
    __local ulong part[64];
    int lane = get_local_id(0);
    distances += (size_t)get_global_id(1) * each;
    ulong sum = 0;
    for (uint i = get_global_id(0); i < each; i += get_global_size(0)) sum += distances[i];
    part[lane] = sum;
    for (int apart = 32; apart > 0; apart >>= 1)
    {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (lane < apart) part[lane] += part[lane + apart];
    }

    if (lane == 0) sums[get_global_id(1) * get_num_groups(0) + get_group_id(0)] = part[0];
}
