// Samples of 1 to 4 channels, side by side as they cross the bus, to and from a uchar4 for every voxel.
__kernel void pack(__global const uchar *from, int channels, __global uchar4 *to, ulong count, ulong offset)
{
    size_t i = get_global_id(0);
    if (i >= count) return;
    from += i * channels;
    uchar x = from[0], y = channels > 1 ? from[1] : 0, z = channels > 2 ? from[2] : 0, w = channels > 3 ? from[3] : 0;
    to[offset + i] = (uchar4)(x, y, z, w);
}

__kernel void unpack(__global const uchar4 *from, ulong offset, int channels, __global uchar *to, ulong count)
{
    size_t i = get_global_id(0);
    if (i >= count) return;
    uchar4 value = from[offset + i];
    to += i * channels;
    to[0] = value.x;
    if (channels > 1) to[1] = value.y;
    if (channels > 2) to[2] = value.z;
    if (channels > 3) to[3] = value.w;
}

// One axis of a volume seen as [outer, axis, inner]. Weights have 14 bits after the point and sum to 1; between the axes samples keep 6
// bits after the point, and what a cubic filter adds beyond their range.
int4 resampled_byte(
    __global const uchar4 *from, size_t outer, int input, size_t inner, size_t x, int taps, __global const int *index, __global const int *weight)
{
    int4 sum = (int4)(0);
    for (int j = 0; j < taps; j++) sum += convert_int4(from[(outer * input + index[j]) * inner + x]) * weight[j];
    return sum;
}

int4 resampled_short(
    __global const short4 *from, size_t outer, int input, size_t inner, size_t x, int taps, __global const int *index, __global const int *weight)
{
    int4 sum = (int4)(0);
    for (int j = 0; j < taps; j++) sum += convert_int4(from[(outer * input + index[j]) * inner + x]) * weight[j];
    return sum;
}

__kernel void resample_time(
    __global const uchar4 *from, ulong offset, __global short4 *to, ulong count, int input, int output, ulong inner, int taps,
    __global const int *index, __global const int *weight)
{
    size_t i = get_global_id(0);
    if (i >= count) return;
    size_t row = i / inner;
    int o = (int)(row % output);
    int4 sum = resampled_byte(from + offset, row / output, input, inner, i % inner, taps, index + o * taps, weight + o * taps);
    to[i] = convert_short4_sat((sum + (1 << 7)) >> 8);
}

__kernel void resample_rows(
    __global const short4 *from, __global short4 *to, ulong count, int input, int output, ulong inner, int taps,
    __global const int *index, __global const int *weight)
{
    size_t i = get_global_id(0);
    if (i >= count) return;
    size_t row = i / inner;
    int o = (int)(row % output);
    int4 sum = resampled_short(from, row / output, input, inner, i % inner, taps, index + o * taps, weight + o * taps);
    to[i] = convert_short4_sat((sum + (1 << 13)) >> 14);
}

__kernel void resample_columns(
    __global const short4 *from, __global uchar4 *to, ulong offset, ulong count, int input, int output, int taps,
    __global const int *index, __global const int *weight)
{
    size_t i = get_global_id(0);
    if (i >= count) return;
    int o = (int)(i % output);
    int4 sum = resampled_short(from, i / output, input, 1, 0, taps, index + o * taps, weight + o * taps);
    to[offset + i] = convert_uchar4_sat((sum + (1 << 19)) >> 20);
}
