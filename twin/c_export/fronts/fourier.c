#include "fourier.h"

#include "reals.h"

#define TAU 6.28318530718f
#define HALF_ROOT_3 0.866025403784f

static twin_complex plus(twin_complex a, twin_complex b) {
    return (twin_complex){a.re + b.re, a.im + b.im};
}
static twin_complex minus(twin_complex a, twin_complex b) {
    return (twin_complex){a.re - b.re, a.im - b.im};
}
/* a times (c - i s) */
static twin_complex turned(twin_complex a, float c, float s) {
    return (twin_complex){a.re * c + a.im * s, a.im * c - a.re * s};
}

/* Cosine and sine of k / size turns. */
static twin_complex unit(int32_t k, int32_t size) {
    int32_t eighth = (int32_t)(8 * k / size), quarter = ((eighth + 1) >> 1) & 3;
    float x = TAU * (float)(4 * k - ((eighth + 1) >> 1) * size) / (float)(4 * size);
    float c = twin_cosine(x), s = twin_sine(x);
    if (quarter == 0) return (twin_complex){c, s};
    if (quarter == 1) return (twin_complex){-s, c};
    if (quarter == 2) return (twin_complex){-c, -s};
    return (twin_complex){s, -c};
}

static void split(twin_fourier *plan, int32_t size) {
    static const int32_t first[] = {4, 2, 3, 5};
    int32_t left, stride, prime = 7, twos = 0;
    twin_complex half;
    plan->size = size;
    plan->points = left = stride = size % 2 ? size : size / 2;
    plan->count = 0;
    while (left % (4 << twos) == 0) twos += 2;
    if (twos > 0 && left % (2 << twos) == 0) /* an 8 takes the 2 that is left */
        plan->factor[plan->count++] = 8, left /= 8;
    for (int32_t k = 0; k < 4; k++)
        for (; left % first[k] == 0; left /= first[k]) plan->factor[plan->count++] = first[k];
    for (; left > 1; prime += 2) {
        if (prime * prime > left) prime = left;
        for (; left % prime == 0; left /= prime) plan->factor[plan->count++] = prime;
    }
    for (int32_t k = 0; k < plan->count; k++)
        plan->stride[k] = stride = stride / plan->factor[k];
    half = unit(1, 2 * plan->points);
    plan->half_cosine = half.re;
    plan->half_sine = half.im;
}

void twin_fourier_table(twin_fourier *plan, int32_t size, const float *sine, int32_t parts) {
    split(plan, size);
    plan->step = parts / plan->points;
    plan->sine = sine;
    plan->cosine = sine + parts / 4;
}

void twin_fourier_roots(twin_fourier *plan, int32_t size, float *room) {
    float *cosine = room, *sine;
    int32_t points;
    split(plan, size);
    points = plan->points;
    sine = room + points;
    cosine[0] = 1.0f;
    sine[0] = 0.0f;
    for (int32_t done = 1; done < points; done *= 2) {
        twin_complex by = unit(done, points);
        for (int32_t k = 0; k < done && done + k < points; k++) {
            cosine[done + k] = cosine[k] * by.re - sine[k] * by.im;
            sine[done + k] = sine[k] * by.re + cosine[k] * by.im;
        }
    }
    plan->step = 1;
    plan->cosine = cosine;
    plan->sine = sine;
}

/* Cosine and sine of k / (2 points) turns: those of the table, or half a step on. */
static twin_complex between(const twin_fourier *plan, int32_t k) {
    int32_t at = (k >> 1) * plan->step;
    float c = plan->cosine[at], s = plan->sine[at];
    if (k % 2 == 0) return (twin_complex){c, s};
    return (twin_complex){c * plan->half_cosine - s * plan->half_sine,
                          s * plan->half_cosine + c * plan->half_sine};
}

/* The places of the values that the first stage takes together, in the order in which it does: the
 * first of each `factor[0]`, which are `stride[0]` apart. */
typedef struct {
    int32_t at, digit[16];
} walk;

static int32_t next(const twin_fourier *plan, walk *w) {
    int32_t now = w->at;
    for (int32_t k = 1; k < plan->count; k++) {
        w->at += plan->stride[k];
        if (++w->digit[k] < plan->factor[k]) break;
        w->digit[k] = 0;
        w->at -= plan->stride[k] * plan->factor[k];
    }
    return now;
}

static void radix2(const twin_fourier *plan, twin_complex *x, int32_t m) {
    int32_t step = plan->step * (plan->points / (2 * m));
    for (int32_t k = 0; k < m; k++) {
        float c = plan->cosine[k * step], s = plan->sine[k * step];
        for (twin_complex *a = x + k; a < x + plan->points; a += 2 * m) {
            twin_complex b = turned(a[m], c, s);
            a[m] = minus(a[0], b);
            a[0] = plus(a[0], b);
        }
    }
}

static void radix3(const twin_fourier *plan, twin_complex *x, int32_t m) {
    int32_t step = plan->step * (plan->points / (3 * m));
    for (int32_t k = 0; k < m; k++) {
        const float *c = plan->cosine + k * step, *s = plan->sine + k * step;
        float c1 = c[0], s1 = s[0], c2 = c[k * step], s2 = s[k * step];
        for (twin_complex *a = x + k; a < x + plan->points; a += 3 * m) {
            twin_complex p = turned(a[m], c1, s1), q = turned(a[2 * m], c2, s2);
            twin_complex sum = plus(p, q), gap = minus(p, q);
            twin_complex mid = {a[0].re - 0.5f * sum.re, a[0].im - 0.5f * sum.im};
            twin_complex side = {HALF_ROOT_3 * gap.im, -HALF_ROOT_3 * gap.re};
            a[0] = plus(a[0], sum);
            a[m] = plus(mid, side);
            a[2 * m] = minus(mid, side);
        }
    }
}

static inline void four(twin_complex *a, int32_t m, twin_complex o, twin_complex p, twin_complex q,
                        twin_complex r) {
    twin_complex even = plus(o, q), odd = minus(o, q), sum = plus(p, r), gap = minus(p, r);
    a[0] = plus(even, sum);
    a[2 * m] = minus(even, sum);
    a[m] = (twin_complex){odd.re + gap.im, odd.im - gap.re};
    a[3 * m] = (twin_complex){odd.re - gap.im, odd.im + gap.re};
}

/* The eight values of a first stage. */
static inline void eight(twin_complex *x, const twin_complex *v) {
    static const float root = 0.707106781187f;
    twin_complex e[4], o[4];
    four(e, 1, v[0], v[2], v[4], v[6]);
    four(o, 1, v[1], v[3], v[5], v[7]);
    o[1] = (twin_complex){root * (o[1].re + o[1].im), root * (o[1].im - o[1].re)};
    o[2] = (twin_complex){o[2].im, -o[2].re};
    o[3] = (twin_complex){root * (o[3].im - o[3].re), -root * (o[3].re + o[3].im)};
    for (int32_t k = 0; k < 4; k++) {
        x[k] = plus(e[k], o[k]);
        x[k + 4] = minus(e[k], o[k]);
    }
}

static void radix4(const twin_fourier *plan, twin_complex *x, int32_t m) {
    int32_t step = plan->step * (plan->points / (4 * m));
    for (twin_complex *a = x; a < x + plan->points; a += 4 * m)
        four(a, m, a[0], a[m], a[2 * m], a[3 * m]);
    for (int32_t k = 1; k < m; k++) {
        const float *c = plan->cosine + k * step, *s = plan->sine + k * step;
        float c1 = c[0], s1 = s[0], c2 = c[k * step], s2 = s[k * step];
        float c3 = c[2 * k * step], s3 = s[2 * k * step];
        for (twin_complex *a = x + k; a < x + plan->points; a += 4 * m)
            four(a, m, a[0], turned(a[m], c1, s1), turned(a[2 * m], c2, s2),
                 turned(a[3 * m], c3, s3));
    }
}

static void radix5(const twin_fourier *plan, twin_complex *x, int32_t m) {
    static const float c1 = 0.309016994375f, c2 = -0.809016994375f;
    static const float s1 = 0.951056516295f, s2 = 0.587785252292f;
    int32_t step = plan->step * (plan->points / (5 * m));
    for (int32_t k = 0; k < m; k++) {
        const float *c = plan->cosine + k * step, *s = plan->sine + k * step;
        for (twin_complex *a = x + k; a < x + plan->points; a += 5 * m) {
            twin_complex w1 = turned(a[m], c[0], s[0]);
            twin_complex w2 = turned(a[2 * m], c[k * step], s[k * step]);
            twin_complex w3 = turned(a[3 * m], c[2 * k * step], s[2 * k * step]);
            twin_complex w4 = turned(a[4 * m], c[3 * k * step], s[3 * k * step]);
            twin_complex p = plus(w1, w4), u = minus(w1, w4), q = plus(w2, w3), v = minus(w2, w3);
            twin_complex f = {a->re + c1 * p.re + c2 * q.re, a->im + c1 * p.im + c2 * q.im};
            twin_complex g = {a->re + c2 * p.re + c1 * q.re, a->im + c2 * p.im + c1 * q.im};
            twin_complex y = {s1 * u.im + s2 * v.im, -s1 * u.re - s2 * v.re};
            twin_complex z = {s2 * u.im - s1 * v.im, -s2 * u.re + s1 * v.re};
            a[0] = plus(a[0], plus(p, q));
            a[m] = plus(f, y);
            a[4 * m] = minus(f, y);
            a[2 * m] = plus(g, z);
            a[3 * m] = minus(g, z);
        }
    }
}

/* A column of values that a stage of an odd prime makes one line of each from: where it begins, what
 * stood there, and the sums and differences of what stands opposite. */
typedef struct {
    twin_complex *at, first, *pairs;
} column;

static column folded(const twin_fourier *plan, twin_complex *a, int32_t m, int32_t prime,
                     int32_t turn, twin_complex *pairs) {
    column made = {a, a[0], pairs};
    for (int32_t j = 1; j <= prime / 2; j++, pairs += 2) {
        int32_t one = j * turn, other = (prime - j) * turn;
        twin_complex p = turned(a[j * m], plan->cosine[one], plan->sine[one]);
        twin_complex q = turned(a[(prime - j) * m], plan->cosine[other], plan->sine[other]);
        pairs[0] = plus(p, q);
        pairs[1] = minus(p, q);
        a[0] = plus(a[0], pairs[0]);
    }
    return made;
}

static inline void add_pair(const twin_complex *pair, float c, float s, twin_complex *even,
                            twin_complex *odd) {
    even->re += c * pair[0].re;
    even->im += c * pair[0].im;
    odd->re += s * pair[1].im;
    odd->im -= s * pair[1].re;
}

/* The other lines of one column or of two, which take the same roots. */
static inline void lines_of(const twin_fourier *plan, const column *of, int32_t columns, int32_t m,
                            int32_t prime) {
    int32_t turn = plan->step * (plan->points / prime), whole = plan->step * plan->points;
    for (int32_t line = 1; line <= prime / 2; line++) {
        twin_complex even[2] = {of[0].first, of[columns - 1].first};
        twin_complex odd[2] = {{0.0f, 0.0f}, {0.0f, 0.0f}};
        const twin_complex *pair = of[0].pairs, *other = of[columns - 1].pairs;
        for (int32_t j = 1, at = line * turn; j <= prime / 2; j++, pair += 2, other += 2) {
            float c = plan->cosine[at], s = plan->sine[at];
            add_pair(pair, c, s, &even[0], &odd[0]);
            if (columns == 2) add_pair(other, c, s, &even[1], &odd[1]);
            at += line * turn;
            if (at >= whole) at -= whole;
        }
        for (int32_t k = 0; k < columns; k++) {
            of[k].at[line * m] = plus(even[k], odd[k]);
            of[k].at[(prime - line) * m] = minus(even[k], odd[k]);
        }
    }
}

/* Any odd prime: sums and differences of what stands opposite, two real products for four. Of each m
 * lines, the first `upto`. */
static void radix_prime(const twin_fourier *plan, twin_complex *x, int32_t m, int32_t prime,
                        int32_t upto, twin_complex *pairs) {
    int32_t step = plan->step * (plan->points / (prime * m)), held = 0;
    int32_t two = plan->points / prime >= 4; /* there is room for the pairs of two */
    column of[2];
    for (int32_t k = 0; k < upto; k++)
        for (twin_complex *a = x + k; a < x + plan->points; a += prime * m) {
            of[held] = folded(plan, a, m, prime, k * step, pairs + held * (prime - 1));
            if (!two) lines_of(plan, of, 1, m, prime);
            else if (held) lines_of(plan, of, 2, m, prime);
            held = two && !held;
        }
    if (held) lines_of(plan, of, 1, m, prime);
}

/* Lines of a last stage that are made of an odd number of real values: the others mirror them. */
static int32_t half_of(const twin_fourier *plan, int32_t m, int32_t prime) {
    return plan->size % 2 && m * prime == plan->points ? m / 2 + 1 : m;
}

/* All stages, or all but a first one of radix 4 or 8 that was done while the values were gathered. */
static void stages(const twin_fourier *plan, twin_complex *x, twin_complex *scratch) {
    int32_t first = plan->count > 0 && plan->factor[0] % 4 == 0;
    for (int32_t k = first, m = first ? plan->factor[0] : 1; k < plan->count; m *= plan->factor[k++]) switch (plan->factor[k]) {
            case 2: radix2(plan, x, m); break;
            case 3: radix3(plan, x, m); break;
            case 4: radix4(plan, x, m); break;
            case 5: radix5(plan, x, m); break;
            default:
                radix_prime(plan, x, m, plan->factor[k], half_of(plan, m, plan->factor[k]),
                            scratch);
        }
}

/* From the transform of pairs of values to that of all; bin 0 and the last stand in one. */
static void unfold(const twin_fourier *plan, twin_complex *x) {
    int32_t points = plan->points;
    x[0] = (twin_complex){x[0].re + x[0].im, x[0].re - x[0].im};
    for (int32_t k = 1; 2 * k <= points; k++) {
        twin_complex a = x[k], b = {x[points - k].re, -x[points - k].im}, w = between(plan, k);
        twin_complex even = {0.5f * (a.re + b.re), 0.5f * (a.im + b.im)};
        twin_complex odd = turned((twin_complex){0.5f * (a.im - b.im), -0.5f * (a.re - b.re)},
                                  w.re, w.im);
        x[k] = plus(even, odd);
        x[points - k] = (twin_complex){even.re - odd.re, odd.im - even.im};
    }
}

/* The lower half of the transform of a prime number of real values. */
static void plain(const twin_fourier *plan, const float *from, float offset, twin_complex *to) {
    int32_t size = plan->size;
    for (int32_t line = 0; 2 * line < size; line++) {
        float re = 0.0f, im = 0.0f;
        for (int32_t k = 0, at = 0; k < size; k++) {
            float value = from[k] - offset;
            re += value * plan->cosine[at * plan->step];
            im -= value * plan->sine[at * plan->step];
            at += line;
            if (at >= size) at -= size;
        }
        to[line] = (twin_complex){re, im};
    }
}

static inline twin_complex pair_at(const float *from, int32_t at, float offset) {
    return (twin_complex){from[2 * at] - offset, from[2 * at + 1] - offset};
}

static inline twin_complex value_at(const twin_complex *from, int32_t at, int32_t count) {
    return at < count ? from[at] : (twin_complex){0.0f, 0.0f};
}

static int32_t first_of(const twin_fourier *plan) { return plan->count ? plan->factor[0] : 1; }

static void gather_pairs(const twin_fourier *plan, const float *from, float offset,
                         twin_complex *to) {
    int32_t many = first_of(plan), apart = plan->count ? plan->stride[0] : 0;
    walk w = {0, {0}};
    for (twin_complex *x = to; x < to + plan->points; x += many) {
        int32_t at = next(plan, &w);
        if (many == 4)
            four(x, 1, pair_at(from, at, offset), pair_at(from, at + apart, offset),
                 pair_at(from, at + 2 * apart, offset), pair_at(from, at + 3 * apart, offset));
        else if (many == 8) {
            twin_complex v[8];
            for (int32_t k = 0; k < 8; k++) v[k] = pair_at(from, at + k * apart, offset);
            eight(x, v);
        } else
            for (int32_t k = 0; k < many; k++) x[k] = pair_at(from, at + k * apart, offset);
    }
}

void twin_fourier_complex(const twin_fourier *plan, const twin_complex *from, int32_t count,
                          twin_complex *to, twin_complex *scratch) {
    int32_t many = first_of(plan), apart = plan->count ? plan->stride[0] : 0;
    walk w = {0, {0}};
    for (twin_complex *x = to; x < to + plan->points; x += many) {
        int32_t at = next(plan, &w);
        if (many == 4)
            four(x, 1, value_at(from, at, count), value_at(from, at + apart, count),
                 value_at(from, at + 2 * apart, count), value_at(from, at + 3 * apart, count));
        else if (many == 8) {
            twin_complex v[8];
            for (int32_t k = 0; k < 8; k++) v[k] = value_at(from, at + k * apart, count);
            eight(x, v);
        } else
            for (int32_t k = 0; k < many; k++) x[k] = value_at(from, at + k * apart, count);
    }
    stages(plan, to, scratch);
}

void twin_fourier_real(const twin_fourier *plan, const float *from, float offset, twin_complex *to,
                       twin_complex *scratch) {
    if (plan->size % 2 == 0) {
        gather_pairs(plan, from, offset, to);
        stages(plan, to, scratch);
        unfold(plan, to);
    } else if (plan->count == 1 && plan->size > 5) {
        plain(plan, from, offset, to);
    } else {
        int32_t many = first_of(plan), apart = plan->count ? plan->stride[0] : 0;
        walk w = {0, {0}};
        for (twin_complex *x = to; x < to + plan->points; x += many) {
            int32_t at = next(plan, &w);
            for (int32_t k = 0; k < many; k++)
                x[k] = (twin_complex){from[at + k * apart] - offset, 0.0f};
        }
        stages(plan, to, scratch);
    }
}

/* Bin k of a real signal, from one below the first to one above the last: those mirror others. */
static inline twin_complex bin(const twin_fourier *plan, const twin_complex *to, int32_t k) {
    int32_t mirrored = k < 0 || 2 * k > plan->size;
    if (mirrored) k = k < 0 ? -k : plan->size - k;
    if (plan->size % 2 == 0) {
        if (k == 0) return (twin_complex){to[0].re, 0.0f};
        if (k == plan->points) return (twin_complex){to[0].im, 0.0f};
    } else if (plan->count > 1 && plan->factor[plan->count - 1] > 5) {
        int32_t m = plan->points / plan->factor[plan->count - 1];
        if (k % m > m / 2) k = plan->points - k, mirrored = !mirrored;
    }
    return (twin_complex){to[k].re, mirrored ? -to[k].im : to[k].im};
}

float twin_fourier_power(const twin_fourier *plan, const twin_complex *to, int32_t k) {
    twin_complex x = bin(plan, to, k);
    return x.re * x.re + x.im * x.im;
}

static inline float tapered(twin_complex before, twin_complex x, twin_complex after, float square) {
    float re = x.re - 0.5f * (before.re + after.re), im = x.im - 0.5f * (before.im + after.im);
    return square * (re * re + im * im);
}

/* A Hann window over a whole period is three bins wide: less work here than on the samples. */
void twin_fourier_hann(const twin_fourier *plan, const twin_complex *to, float scale, float *power) {
    float square = 0.25f * scale * scale;
    int32_t last = plan->size / 2, plain = plan->size % 2 ? 0 : last - 2;
    twin_complex before = bin(plan, to, -1), x = bin(plan, to, 0), after;
    for (int32_t k = 0; k <= last; k++, before = x, x = after) {
        for (; 0 < k && k < plain; k += 2) {
            twin_complex one = to[k + 1], two = to[k + 2];
            power[k] = tapered(before, x, one, square);
            power[k + 1] = tapered(x, one, two, square);
            before = one;
            x = two;
        }
        after = bin(plan, to, k + 1);
        power[k] = tapered(before, x, after, square);
    }
}
