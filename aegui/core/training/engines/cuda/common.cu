/* Common part of all kernels, in front of the operations of one list (text.py).

   THREADS is the number of threads of a block, UNROLLED how many terms of a product are under way at
   once. With AEGUI_HOST it is C++ for threads of the processor, one thread a warp. The functions of
   one number follow from machine.c. */

#ifdef AEGUI_HOST
#define WARP 1
#else
#define WARP 32
#define int32_t int
#define uint32_t unsigned int
#define int64_t long long
#undef INFINITY
#define INFINITY __int_as_float(0x7f800000)
#endif
#define INLINE static __device__ __forceinline__
#define memcpy copy_bits

template <class To, class From> INLINE void copy_bits(To *to, const From *from, int)
{
    union { To to; From from; } both;
    both.from = *from;
    *to = both.to;
}

/* `[M, K] [K, N] + bias`: a thread computes M / TM rows apart, N / TN columns apart. `map` makes the
   COUNT numbers of an element from its sum, and `put` writes them; nothing is written before all are
   made, as the compiler must not load beyond a store. */
template <int M, int N, int K, int AM, int AK, int BK, int BN, int TM, int TN, int COUNT, class Map,
          class Put>
INLINE void product(int t, const float *a, const float *b, const float *bias, Map map, Put put)
{
    constexpr int R = (M + TM - 1) / TM, C = (N + TN - 1) / TN;
    constexpr bool tall = M % TM == 0, wide = N % TN == 0;
    for (int u = t; u < R * C; u += THREADS) {
        const int r = u / C, c = u % C;
        float sums[TM][TN], made[TM][TN][COUNT];
        int x[TM], y[TN];
#pragma unroll
        for (int i = 0; i < TM; i++) x[i] = tall || r + i * R < M ? r + i * R : M - 1;
#pragma unroll
        for (int j = 0; j < TN; j++) {
            y[j] = wide || c + j * C < N ? c + j * C : N - 1;
#pragma unroll
            for (int i = 0; i < TM; i++) sums[i][j] = bias ? bias[y[j]] : 0.0f;
        }
#pragma unroll UNROLLED
        for (int k = 0; k < K; k++) {
            float row[TN];
#pragma unroll
            for (int j = 0; j < TN; j++) row[j] = b[k * BK + y[j] * BN];
#pragma unroll
            for (int i = 0; i < TM; i++) {
                const float one = a[k * AK + x[i] * AM];
#pragma unroll
                for (int j = 0; j < TN; j++) sums[i][j] += one * row[j];
            }
        }
#pragma unroll
        for (int i = 0; i < TM; i++)
#pragma unroll
            for (int j = 0; j < TN; j++) map(x[i], y[j], sums[i][j], made[i][j]);
#pragma unroll
        for (int i = 0; i < TM; i++)
#pragma unroll
            for (int j = 0; j < TN; j++)
                if ((tall || r + i * R < M) && (wide || c + j * C < N))
                    put(x[i], y[j], made[i][j]);
    }
}

/* Sum of COUNT numbers, STEP apart. */
template <int COUNT, int STEP> INLINE float sum_of(const float *a)
{
    float total = 0.0f;
#pragma unroll 8
    for (int k = 0; k < COUNT; k++) total += a[k * STEP];
    return total;
}

/* The same by all threads of a warp. */
template <int COUNT, int STEP> INLINE float warp_sum(int lane, const float *a)
{
    float total = 0.0f;
    for (int k = lane; k < COUNT; k += WARP) total += a[k * STEP];
#ifndef AEGUI_HOST
#pragma unroll
    for (int d = WARP / 2; d > 0; d /= 2) total += __shfl_xor_sync(0xffffffffu, total, d);
#endif
    return total;
}
