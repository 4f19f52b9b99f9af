// How many whole-number operations a device does in a second: four chains, so that no step waits for the one before it.
__kernel void peak(__global int *result, int rounds)
{
    int a = (int)get_global_id(0), b = a + 1, c = a + 2, d = a + 3;
    for (int i = 0; i < rounds; i++)
    {
        a = a * 3 + i;
        b = b * 5 + i;
        c = c * 7 + i;
        d = d * 9 + i;
    }

    // What nobody reads a compiler leaves out.
    result[get_global_id(0)] = a ^ b ^ c ^ d;
}
