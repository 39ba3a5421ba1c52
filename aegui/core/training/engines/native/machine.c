/* Interpreter for small networks: runs a list of operations on fixed buffers, many epochs per call.

   The list is made by `translation.py` from the generated text of a step. Every run of a population
   has its own numbers and is trained to the end of the call before the next one begins, so that its
   data stay in the innermost cache. Each thread has an arena of its own: several threads may call
   concurrently, each with runs of its own. Nothing is allocated here, no random numbers are drawn,
   and a call cannot be cancelled; the caller limits the epochs per call.

   Plain C11 and the vector types supported by gcc and clang. MACHINE_WIDTH is the number of floats
   in a vector register of the variant. */

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifdef _WIN32
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif
#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define ALIKE _Pragma("clang loop vectorize(assume_safety)")
#else
#define ALIKE _Pragma("GCC ivdep")
#endif
#ifndef MACHINE_WIDTH
#define MACHINE_WIDTH 4
#endif

enum { MACHINE_VERSION = 1 };

/* Operations, in the order of CODES in listing.py. */
enum {
    COPY, FILL, ADD, AFFINE, MUL, DIV, ADDCMUL, ADDCDIV, MAXIMUM, MINIMUM, CLAMP, WHERE,
    GREATER, GREATER_EQUAL, LESS, LESS_EQUAL, EQUAL,
    EXP, TANH, SIGMOID, SQRT, RSQRT, RECIPROCAL, ABS, SIGN, SIN, COS, SINH, COSH, ERF,
    SILU, GELU, ELU, SOFTPLUS, THRESHOLD, LEAKY,
    TANH_BACK, SIGMOID_BACK, SILU_BACK, GELU_BACK, ELU_BACK, SOFTPLUS_BACK, THRESHOLD_BACK,
    LEAKY_BACK,
    SUM, MOVE, PICK, PRODUCT, ADAM
};

/* One operation. `out` and `in` are indices of places, `scalar` indices of values; `n` holds sizes
   and strides, see the functions of the operations. */
struct op {
    int32_t code, out, in[3], scalar[3], n[10];
};

/* Location of a buffer: at `offset` in the arena, or, if `outside` is set, there, with a stride in
   floats per run, stream of random numbers, epoch of the call and batch of an epoch. */
struct place {
    float *outside;
    int64_t offset, by_run, by_stream, by_epoch, by_batch;
};

/* Numbers copied into the arena before the epochs of a run, and, if `back`, out again after them. */
struct carried {
    float *outside;
    int64_t offset, length, back;
};

/* The list, and the arguments of a call: operations for full-size batches, then those for a smaller
   last batch; places, moving ones first; constants; `value_count` values per step, with a stride of
   `values_by_run` between runs; and the index of each run's stream of random numbers. */
struct program {
    const struct op *ops;
    const struct place *places;
    const struct carried *carried;
    const float *constants, *values;
    const int64_t *streams;
    int64_t whole_ops, rest_ops, place_count, moving_count, carried_count, constant_count;
    int64_t value_count, values_by_run, whole_batches, rest_batches;
};

/* ---- scalar functions, written so that loops over them are vectorised ---- */

INLINE float of_bits(int32_t bits) { float x; memcpy(&x, &bits, 4); return x; }
INLINE int32_t bits_of(float x) { int32_t bits; memcpy(&bits, &x, 4); return bits; }

/* Cephes: exp(r) 2^n with |r| <= ln 2 / 2. */
INLINE float exp_of(float x)
{
    float clipped = x < -87.0f ? -87.0f : x;
    clipped = clipped > 88.0f ? 88.0f : clipped;
    float shifted = clipped * 1.44269504088896341f + 12582912.0f;
    float n = shifted - 12582912.0f;
    float r = clipped - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float y = 1.9875691500e-4f;
    y = y * r + 1.3981999507e-3f;
    y = y * r + 8.3334519073e-3f;
    y = y * r + 4.1665795894e-2f;
    y = y * r + 1.6666665459e-1f;
    y = y * r + 5.0000001201e-1f;
    y = y * (r * r) + r + 1.0f;
    float found = y * of_bits((int32_t)((uint32_t)bits_of(shifted) << 23) + 0x3f800000);
    return x > 88.0f ? INFINITY : found;
}

/* The rational function of Eigen; accurate to 2 units in the last place. */
INLINE float tanh_of(float x)
{
    x = x < -7.9053111f ? -7.9053111f : x;
    x = x > 7.9053111f ? 7.9053111f : x;
    float s = x * x, p = -2.76076847742355e-16f, q = 1.19825839466702e-06f;
    p = p * s + 2.00018790482477e-13f;
    p = p * s - 8.60467152213735e-11f;
    p = p * s + 5.12229709037114e-08f;
    p = p * s + 1.48572235717979e-05f;
    p = p * s + 6.37261928875436e-04f;
    p = p * s + 4.89352455891786e-03f;
    q = q * s + 1.18534705686654e-04f;
    q = q * s + 2.26843463243900e-03f;
    q = q * s + 4.89352518554385e-03f;
    return x * p / q;
}

INLINE float sigmoid_of(float x) { return 1.0f / (1.0f + exp_of(-x)); }

/* Also from Eigen. */
INLINE float erf_of(float x)
{
    x = x < -4.0f ? -4.0f : x;
    x = x > 4.0f ? 4.0f : x;
    float s = x * x, p = -2.72614225801306e-10f, q = -1.45660718464996e-05f;
    p = p * s + 2.77068142495902e-08f;
    p = p * s - 2.10102402082508e-06f;
    p = p * s - 5.69250639462346e-05f;
    p = p * s - 7.34990630326855e-04f;
    p = p * s - 2.95459980854025e-03f;
    p = p * s - 1.60960333262415e-02f;
    q = q * s - 2.13374055278905e-04f;
    q = q * s - 1.68282697438203e-03f;
    q = q * s - 7.37332916720468e-03f;
    q = q * s - 1.42647390514189e-02f;
    return x * p / q;
}

/* sin(r) of |r| <= pi / 2, with the sign of an odd or even number of half turns. */
INLINE float turned_sine(float x, float half_turns, int32_t odd)
{
    float r = x - half_turns * 3.140625f;
    r = r - half_turns * 9.67502593994140625e-4f;
    r = r - half_turns * 1.509957990978376432e-7f;
    float s = r * r, y = -2.5052108e-8f;
    y = y * s + 2.7557319e-6f;
    y = y * s - 1.9841270e-4f;
    y = y * s + 8.3333333e-3f;
    y = y * s - 1.6666667e-1f;
    y = y * s * r + r;
    return of_bits(bits_of(y) ^ (int32_t)((uint32_t)odd << 31));
}

INLINE float sin_of(float x)
{
    float shifted = x * 0.318309886183790672f + 12582912.0f;
    return turned_sine(x, shifted - 12582912.0f, bits_of(shifted));
}

INLINE float cos_of(float x)
{
    float shifted = (x * 0.318309886183790672f - 0.5f) + 12582912.0f;
    return turned_sine(x, (shifted - 12582912.0f) + 0.5f, bits_of(shifted) + 1);
}

/* log(1 + u) of 0 <= u <= 1: a series in u / (2 + u). */
INLINE float log1p_of(float u)
{
    float r = u / (2.0f + u), s = r * r, y = 1.0f / 13.0f;
    y = y * s + 1.0f / 11.0f;
    y = y * s + 1.0f / 9.0f;
    y = y * s + 1.0f / 7.0f;
    y = y * s + 1.0f / 5.0f;
    y = y * s + 1.0f / 3.0f;
    return 2.0f * (y * s * r + r);
}

INLINE float softplus_of(float x, float most)
{
    float size = x < 0.0f ? x : -x;
    float soft = (x > 0.0f ? x : 0.0f) + log1p_of(exp_of(size));
    return x > most ? x : soft + (x - x);
}

INLINE float gelu_slope(float x)
{
    float chance = 0.5f * (1.0f + erf_of(x * 0.70710678118654752f));
    return chance + x * exp_of(-0.5f * x * x) * 0.39894228040143268f;
}

/* ---- element-wise operations on n numbers; the buffers may coincide ---- */

#define EACH(value) ALIKE for (int32_t i = 0; i < n; i++) o[i] = (value); break

static void each(int32_t code, int32_t n, float *o, const float *a, const float *b, const float *c,
                 float s, float t)
{
    switch (code) {
    case COPY: EACH(a[i]);
    case FILL: EACH(s);
    case ADD: EACH(a[i] + s * b[i]);
    case AFFINE: EACH(a[i] * s + t);
    case MUL: EACH(a[i] * b[i]);
    case DIV: EACH(a[i] / b[i]);
    case ADDCMUL: EACH(a[i] + s * b[i] * c[i]);
    case ADDCDIV: EACH(a[i] + s * b[i] / c[i]);
    case MAXIMUM: EACH(a[i] > b[i] || a[i] != a[i] ? a[i] : b[i]);
    case MINIMUM: EACH(a[i] < b[i] || a[i] != a[i] ? a[i] : b[i]);
    case CLAMP: EACH(a[i] < s ? s : a[i] > t ? t : a[i]);
    case WHERE: EACH(a[i] != 0.0f ? b[i] : c[i]);
    case GREATER: EACH(a[i] > s ? 1.0f : 0.0f);
    case GREATER_EQUAL: EACH(a[i] >= s ? 1.0f : 0.0f);
    case LESS: EACH(a[i] < s ? 1.0f : 0.0f);
    case LESS_EQUAL: EACH(a[i] <= s ? 1.0f : 0.0f);
    case EQUAL: EACH(a[i] == b[i] ? 1.0f : 0.0f);
    case EXP: EACH(exp_of(a[i]));
    case TANH: EACH(tanh_of(a[i]));
    case SIGMOID: EACH(sigmoid_of(a[i]));
    case SQRT: EACH(sqrtf(a[i]));
    case RSQRT: EACH(1.0f / sqrtf(a[i]));
    case RECIPROCAL: EACH(1.0f / a[i]);
    case ABS: EACH(fabsf(a[i]));
    case SIGN: EACH(a[i] > 0.0f ? 1.0f : a[i] < 0.0f ? -1.0f : a[i]);
    case SIN: EACH(sin_of(a[i]));
    case COS: EACH(cos_of(a[i]));
    case SINH: EACH(0.5f * (exp_of(a[i]) - exp_of(-a[i])));
    case COSH: EACH(0.5f * (exp_of(a[i]) + exp_of(-a[i])));
    case ERF: EACH(erf_of(a[i]));
    case SILU: EACH(a[i] * sigmoid_of(a[i]));
    case GELU: EACH(0.5f * a[i] * (1.0f + erf_of(a[i] * 0.70710678118654752f)));
    case ELU: EACH(a[i] > 0.0f ? a[i] : exp_of(a[i]) - 1.0f);
    case SOFTPLUS: EACH(softplus_of(a[i], s));
    case THRESHOLD: EACH(a[i] <= 0.0f ? 0.0f : a[i]);
    case LEAKY: EACH(a[i] > 0.0f ? a[i] : a[i] * s);
    case TANH_BACK: EACH(a[i] * (1.0f - b[i] * b[i]));
    case SIGMOID_BACK: EACH(a[i] * (1.0f - b[i]) * b[i]);
    case SILU_BACK: EACH(a[i] * sigmoid_of(b[i]) * (1.0f + b[i] * sigmoid_of(-b[i])));
    case GELU_BACK: EACH(a[i] * gelu_slope(b[i]));
    case ELU_BACK: EACH(b[i] > 0.0f ? a[i] : a[i] * (b[i] + 1.0f));
    case SOFTPLUS_BACK: EACH(b[i] > s ? a[i] : a[i] * sigmoid_of(b[i]));
    case THRESHOLD_BACK: EACH(b[i] <= 0.0f ? 0.0f : a[i]);
    case LEAKY_BACK: EACH(b[i] > 0.0f ? a[i] : a[i] * s);
    }
}

/* Adam and AdamW: the update of n parameters p. Values: rate / (1 - beta1^step), inverse root of
   1 - beta2^step, 1 - rate * weight decay; then 1 - beta1, beta2, 1 - beta2, eps. */
static void adam(int32_t n, float *p, const float *g, float *mean, float *square, const float *v)
{
    float step = v[0], root = v[1], left = v[2], take1 = v[3], keep2 = v[4], take2 = v[5];
    float eps = v[6];
    ALIKE for (int32_t i = 0; i < n; i++) {
        float slope = g[i];
        float m = mean[i] + take1 * (slope - mean[i]);
        float q = keep2 * square[i] + take2 * slope * slope;
        mean[i] = m;
        square[i] = q;
        p[i] = p[i] * left - step * m / (sqrtf(q) * root + eps);
    }
}

/* Sum of `[before, count, after]` over the middle axis, times s. */
static void sum(int32_t before, int32_t count, int32_t after, float *o, const float *a, float s)
{
    for (int32_t at = 0; at < before; at++, o += after, a += (int64_t)count * after) {
        if (after == 1) {
            float parts[16] = {0}, total = 0.0f;
            int32_t i = 0;
            for (; i + 16 <= count; i += 16)
                for (int32_t j = 0; j < 16; j++) parts[j] += a[i + j];
            for (; i < count; i++) total += a[i];
            for (int32_t j = 0; j < 16; j++) total += parts[j];
            o[0] = total * s;
            continue;
        }
        for (int32_t i = 0; i < after; i++) o[i] = 0.0f;
        int32_t row = 0;
        for (; row + 4 <= count; row += 4) {
            const float *b = a + (int64_t)row * after;
            ALIKE for (int32_t i = 0; i < after; i++)
                o[i] += (b[i] + b[i + after]) + (b[i + 2 * after] + b[i + 3 * after]);
        }
        for (; row < count; row++)
            ALIKE for (int32_t i = 0; i < after; i++) o[i] += a[(int64_t)row * after + i];
        ALIKE for (int32_t i = 0; i < after; i++) o[i] *= s;
    }
}

/* Copy three axes between different strides: sizes, strides of the output, strides of the input. */
static void move(const int32_t *n, float *o, const float *a)
{
    for (int32_t i = 0; i < n[0]; i++)
        for (int32_t j = 0; j < n[1]; j++) {
            float *to = o + (int64_t)i * n[3] + (int64_t)j * n[4];
            const float *from = a + (int64_t)i * n[6] + (int64_t)j * n[7];
            if (n[5] == 1 && n[8] == 1)
                for (int32_t k = 0; k < n[2]; k++) to[k] = from[k];
            else
                for (int32_t k = 0; k < n[2]; k++) to[k * (int64_t)n[5]] = from[k * (int64_t)n[8]];
        }
}

/* ---- products ---- */

/* `rows` x `count` vectors of a product, beginning at the columns `at[0]` and `at[1]`; both sizes
   are compile-time constants, so that sums are kept in registers. */
#define TILES(W)                                                                                  \
    typedef float v##W __attribute__((vector_size(4 * W), aligned(4), may_alias));                \
    INLINE void tile##W(int rows, int count, int32_t inner, const float *a, int64_t am,           \
                        int64_t ak, const float *b, int64_t bk, const float *bias, float *o,      \
                        int64_t om, const int32_t *at)                                            \
    {                                                                                             \
        v##W sums[8][2];                                                                          \
        for (int j = 0; j < count; j++) {                                                         \
            v##W first = {0};                                                                     \
            if (bias) first = *(const v##W *)(bias + at[j]);                                      \
            for (int i = 0; i < rows; i++) sums[i][j] = first;                                    \
        }                                                                                         \
        for (int32_t k = 0; k < inner; k++) {                                                     \
            v##W row[2];                                                                          \
            for (int j = 0; j < count; j++) row[j] = *(const v##W *)(b + k * bk + at[j]);         \
            for (int i = 0; i < rows; i++)                                                        \
                for (int j = 0; j < count; j++) sums[i][j] += a[i * am + k * ak] * row[j];        \
        }                                                                                         \
        for (int i = 0; i < rows; i++)                                                            \
            for (int j = 0; j < count; j++) *(v##W *)(o + i * om + at[j]) = sums[i][j];           \
    }                                                                                             \
    /* Tiles have equal heights; the last one overlaps the one before to end with the last row, and \
       likewise the last vector with the last column. */                                          \
    static void product##W(int32_t m, int32_t n, int32_t inner, const float *a, int64_t am,       \
                           int64_t ak, const float *b, int64_t bk, const float *bias, float *o,   \
                           int64_t om)                                                            \
    {                                                                                             \
        int32_t tiles = (m + TALL - 1) / TALL, rows = (m + tiles - 1) / tiles;                    \
        for (int32_t j = 0; j < n; j += 2 * W) {                                                  \
            int32_t at[2] = {j + W <= n ? j : n - W, j + 2 * W <= n ? j + W : n - W};             \
            for (int32_t i = 0; i < m; i += rows) {                                               \
                int32_t top = i + rows <= m ? i : m - rows;                                       \
                const float *x = a + top * am;                                                    \
                float *y = o + top * om;                                                          \
                switch (j + W < n ? rows : -rows) {                                               \
                    ROWS(W, 1) ROWS(W, 2) ROWS(W, 3) ROWS(W, 4) MORE_ROWS(W)                      \
                }                                                                                 \
            }                                                                                     \
        }                                                                                         \
    }

#define ROWS(W, count)                                                                            \
    case count: tile##W(count, 2, inner, x, am, ak, b, bk, bias, y, om, at); break;               \
    case -count: tile##W(count, 1, inner, x, am, ak, b, bk, bias, y, om, at); break;

#if MACHINE_WIDTH >= 16 || defined(__aarch64__)
#define TALL 8
#define MORE_ROWS(W) ROWS(W, 5) ROWS(W, 6) ROWS(W, 7) ROWS(W, 8)
#else
#define TALL 4
#define MORE_ROWS(W)
#endif
#if MACHINE_WIDTH >= 16
TILES(16)
#endif
#if MACHINE_WIDTH >= 8
TILES(8)
#endif
TILES(4)
TILES(2)
TILES(1)

static void product_of(int32_t m, int32_t n, int32_t inner, const float *a, int64_t am, int64_t ak,
                       const float *b, int64_t bk, const float *bias, float *o, int64_t om)
{
#if MACHINE_WIDTH >= 16
    if (n >= 16) { product16(m, n, inner, a, am, ak, b, bk, bias, o, om); return; }
#endif
#if MACHINE_WIDTH >= 8
    if (n >= 8) { product8(m, n, inner, a, am, ak, b, bk, bias, o, om); return; }
#endif
    if (n >= 4) product4(m, n, inner, a, am, ak, b, bk, bias, o, om);
    else if (n >= 2) product2(m, n, inner, a, am, ak, b, bk, bias, o, om);
    else product1(m, n, inner, a, am, ak, b, bk, bias, o, om);
}

/* `[m, inner] [inner, n] + bias`: sizes, row stride of the result, strides of both factors. */
static void product(const int32_t *n, float *o, const float *a, const float *b, const float *bias,
                    float *room)
{
    int32_t rows = n[0], columns = n[1], inner = n[2];
    int64_t om = n[3], am = n[4], ak = n[5], bk = n[6], bn = n[7];
    if (columns < 4 && rows > columns && am == 1 && !bias) {
        /* Narrow result: compute it transposed, with vectors along the rows. */
        product_of(columns, rows, inner, b, bn, bk, a, ak, 0, room, rows);
        for (int32_t j = 0; j < columns; j++)
            for (int32_t i = 0; i < rows; i++) o[i * om + j] = room[(int64_t)j * rows + i];
        return;
    }
    if (bn != 1) {
        for (int32_t k = 0; k < inner; k++)
            for (int32_t j = 0; j < columns; j++) room[(int64_t)k * columns + j] = b[k * bk + j * bn];
        b = room, bk = columns;
    }
    product_of(rows, columns, inner, a, am, ak, b, bk, bias, o, om);
}

/* ---- the machine ---- */

EXPORTED int32_t machine_version(void) { return MACHINE_VERSION; }

/* Capability of this processor: 0 for the minimum of all variants, 1 with AVX2, 2 with AVX-512,
   negative below the minimum. It is 0 on other architectures. */
EXPORTED int32_t machine_level(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("sse4.2")) return -1;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return 0;
    int wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl");
    return wide && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") ? 2 : 1;
#else
    return 0;
#endif
}

static void do_ops(const struct op *op, const struct op *end, float **at, const float *values,
                   float *room)
{
    for (; op < end; op++) {
        const int32_t *n = op->n;
        float *o = at[op->out];
        const float *a = at[op->in[0]], *b = at[op->in[1]], *c = at[op->in[2]];
        switch (op->code) {
        case SUM: sum(n[0], n[1], n[2], o, a, values[op->scalar[0]]); break;
        case MOVE: move(n, o, a); break;
        case PICK: {
            const int64_t *index = (const int64_t *)(const void *)b;
            for (int32_t row = 0; row < n[0]; row++)
                memcpy(o + (int64_t)row * n[1], a + index[row] * n[1], 4 * (size_t)n[1]);
            break;
        }
        case PRODUCT: product(n, o, a, b, n[8] ? c : 0, room); break;
        case ADAM: adam(n[0], o, a, at[op->in[1]], at[op->in[2]], values + op->scalar[0]); break;
        default: each(op->code, n[0], o, a, b, c, values[op->scalar[0]], values[op->scalar[1]]);
        }
    }
}

/* The address of a place for a run, an epoch and a batch. */
static float *found(const struct place *it, const struct program *p, float *arena, int64_t run,
                    int64_t epoch, int64_t batch)
{
    if (!it->outside) return arena + it->offset;
    return it->outside + run * it->by_run + p->streams[run] * it->by_stream + epoch * it->by_epoch
           + batch * it->by_batch;
}

/* Copy the numbers of a run into the arena, or back. */
static void carry(const struct program *p, float *arena, int64_t run, int back)
{
    for (const struct carried *it = p->carried; it < p->carried + p->carried_count; it++) {
        float *own = it->outside + run * it->length, *here = arena + it->offset;
        if (!back) memcpy(here, own, 4 * (size_t)it->length);
        else if (it->back) memcpy(own, here, 4 * (size_t)it->length);
    }
}

/* Do the epochs of the runs from `first` up to but excluding `stop`. The arena and the buffers for
   places and values belong to the calling thread. */
EXPORTED void machine_run(const struct program *p, float *arena, float **at, float *values,
                          int64_t first, int64_t stop, int64_t epochs)
{
    const struct op *rest = p->ops + p->whole_ops, *end = rest + p->rest_ops;
    int64_t batches = p->whole_batches + p->rest_batches;
    memcpy(values, p->constants, 4 * (size_t)p->constant_count);
    for (int64_t run = first; run < stop; run++) {
        const float *own = p->values + run * p->values_by_run;
        carry(p, arena, run, 0);
        for (int64_t i = 0; i < p->place_count; i++)
            at[i] = found(p->places + i, p, arena, run, 0, 0);
        for (int64_t epoch = 0; epoch < epochs; epoch++)
            for (int64_t batch = 0; batch < batches; batch++, own += p->value_count) {
                for (int64_t i = 0; i < p->moving_count; i++)
                    at[i] = found(p->places + i, p, arena, run, epoch, batch);
                memcpy(values + p->constant_count, own, 4 * (size_t)p->value_count);
                if (batch < p->whole_batches) do_ops(p->ops, rest, at, values, arena);
                else do_ops(rest, end, at, values, arena);
            }
        carry(p, arena, run, 1);
    }
}
