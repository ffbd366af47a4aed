#include "pixels.h"

static void blend_columns(
    const uint8_t *row, const int32_t *first, const int32_t *weights, long from, long count, int16_t *target)
{
    for (long x = from; x < count; x++) {
        const uint8_t *pixel = row + first[x];
        int32_t left = weights[x] & 0xffff, right = weights[x] >> 16;
        for (int channel = 0; channel < 3; channel++)
            target[channel * count + x] = (int16_t)((pixel[channel] * left + pixel[channel + 3] * right) >> 4);
    }
}

static void blend_rows(
    const int16_t *upper, const int16_t *lower, int upper_weight, int lower_weight, long from, long count, float *target)
{
    for (long x = from; x < count; x++) {
        int above = (upper[x] * upper_weight) >> 16, below = (lower[x] * lower_weight) >> 16;
        target[x] = (float)((above + below + 2) >> 2) / 255;
    }
}

static void spread(const uint8_t *row, long from, long count, float *first, float *second, float *third)
{
    for (long x = from; x < count; x++) {
        first[x] = (float)row[3 * x] / 255;
        second[x] = (float)row[3 * x + 1] / 255;
        third[x] = (float)row[3 * x + 2] / 255;
    }
}

#if defined(__x86_64__)
#include <immintrin.h>

#define WITH_AVX2 __attribute__((target("avx2,fma")))

static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

// Both neighbours of four target pixels, two in each half, eight bytes from the left one's first.
WITH_AVX2 static inline __m256i neighbours(const uint8_t *row, int32_t a, int32_t b, int32_t c, int32_t d)
{
    __m128i lower = _mm_unpacklo_epi64(
        _mm_loadl_epi64((const __m128i *)(row + a)), _mm_loadl_epi64((const __m128i *)(row + b)));
    __m128i upper = _mm_unpacklo_epi64(
        _mm_loadl_epi64((const __m128i *)(row + c)), _mm_loadl_epi64((const __m128i *)(row + d)));
    return _mm256_inserti128_si256(_mm256_castsi128_si256(lower), upper, 1);
}

// What `pick` takes out of eight target pixels' neighbours, blended: of each half of `front` two target pixels, of `back`
// the next two. The eight values of the first channel picked come first, then those of the second.
WITH_AVX2 static inline __m256i blend_picked(
    __m256i front, __m256i back, __m256i pick, __m256i front_weights, __m256i back_weights)
{
    front = _mm256_srai_epi32(_mm256_madd_epi16(_mm256_shuffle_epi8(front, pick), front_weights), 4);
    back = _mm256_srai_epi32(_mm256_madd_epi16(_mm256_shuffle_epi8(back, pick), back_weights), 4);
    return _mm256_permute4x64_epi64(_mm256_shuffle_epi32(_mm256_packs_epi32(front, back), 0xd8), 0xd8);
}

WITH_AVX2 static void blend_columns_avx2(
    const uint8_t *row, const int32_t *first, const int32_t *weights, long count, int16_t *target)
{
    // The left and the right neighbour's byte, widened, of two target pixels; of two channels, and of the third.
    const __m256i two = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, -1, 3, -1, 8, -1, 11, -1, 1, -1, 4, -1, 9, -1, 12, -1));
    const __m256i third = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(2, -1, 5, -1, 10, -1, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1));
    long x = 0;
    for (; x + 8 <= count; x += 8) {
        const int32_t *at = first + x;
        __m256i front = neighbours(row, at[0], at[1], at[4], at[5]);
        __m256i back = neighbours(row, at[2], at[3], at[6], at[7]);
        __m256i weight = _mm256_loadu_si256((const __m256i *)(weights + x));
        __m256i front_weights = _mm256_shuffle_epi32(weight, 0x44);
        __m256i back_weights = _mm256_shuffle_epi32(weight, 0xee);
        __m256i blended = blend_picked(front, back, two, front_weights, back_weights);
        _mm_storeu_si128((__m128i *)(target + x), _mm256_castsi256_si128(blended));
        _mm_storeu_si128((__m128i *)(target + count + x), _mm256_extracti128_si256(blended, 1));
        blended = blend_picked(front, back, third, front_weights, back_weights);
        _mm_storeu_si128((__m128i *)(target + 2 * count + x), _mm256_castsi256_si128(blended));
    }
    blend_columns(row, first, weights, x, count, target);
}

// Eight whole numbers up to 255, divided by 255. A product with the reciprocal, mended by what it misses, is the quotient
// as division rounds it, for each of them.
WITH_AVX2 static inline __m256 by_255(__m256i values)
{
    const __m256 reciprocal = _mm256_set1_ps(1.0f / 255), divisor = _mm256_set1_ps(255);
    __m256 value = _mm256_cvtepi32_ps(values);
    __m256 quotient = _mm256_mul_ps(value, reciprocal);
    return _mm256_fmadd_ps(_mm256_fnmadd_ps(quotient, divisor, value), reciprocal, quotient);
}

WITH_AVX2 static void blend_rows_avx2(
    const int16_t *upper, const int16_t *lower, int upper_weight, int lower_weight, long count, float *target)
{
    const __m256i weight_above = _mm256_set1_epi16((int16_t)upper_weight);
    const __m256i weight_below = _mm256_set1_epi16((int16_t)lower_weight);
    const __m256i two = _mm256_set1_epi16(2);
    long x = 0;
    for (; x + 16 <= count; x += 16) {
        __m256i above = _mm256_mulhi_epi16(_mm256_loadu_si256((const __m256i *)(upper + x)), weight_above);
        __m256i below = _mm256_mulhi_epi16(_mm256_loadu_si256((const __m256i *)(lower + x)), weight_below);
        __m256i sum = _mm256_srai_epi16(_mm256_add_epi16(_mm256_add_epi16(above, below), two), 2);
        _mm256_storeu_ps(target + x, by_255(_mm256_cvtepi16_epi32(_mm256_castsi256_si128(sum))));
        _mm256_storeu_ps(target + x + 8, by_255(_mm256_cvtepi16_epi32(_mm256_extracti128_si256(sum, 1))));
    }
    blend_rows(upper, lower, upper_weight, lower_weight, x, count, target);
}

WITH_AVX2 static void spread_avx2(const uint8_t *row, long count, float *first, float *second, float *third)
{
    // Four pixels, which are twelve bytes, of each half; 0x80 gives a zero.
    const __m256i picks[3] = {
        _mm256_setr_epi32(
            0x80808000, 0x80808003, 0x80808006, 0x80808009, 0x80808000, 0x80808003, 0x80808006, 0x80808009),
        _mm256_setr_epi32(
            0x80808001, 0x80808004, 0x80808007, 0x8080800a, 0x80808001, 0x80808004, 0x80808007, 0x8080800a),
        _mm256_setr_epi32(
            0x80808002, 0x80808005, 0x80808008, 0x8080800b, 0x80808002, 0x80808005, 0x80808008, 0x8080800b),
    };
    float *const targets[3] = {first, second, third};
    long x = 0;
    // The last load reads four bytes more than it uses.
    for (; x + 10 <= count; x += 8) {
        __m256i pixels = _mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(row + 3 * x))),
            _mm_loadu_si128((const __m128i *)(row + 3 * x + 12)), 1);
        for (int channel = 0; channel < 3; channel++)
            _mm256_storeu_ps(targets[channel] + x, by_255(_mm256_shuffle_epi8(pixels, picks[channel])));
    }
    spread(row, x, count, first, second, third);
}
#endif

void lapwing_blend_columns(
    const uint8_t *row, const int32_t *first, const int32_t *weights, long count, int16_t *target)
{
#if defined(__x86_64__)
    if (has_avx2()) return blend_columns_avx2(row, first, weights, count, target);
#endif
    blend_columns(row, first, weights, 0, count, target);
}

void lapwing_blend_rows(
    const int16_t *upper, const int16_t *lower, int upper_weight, int lower_weight, long count, float *target)
{
#if defined(__x86_64__)
    if (has_avx2()) return blend_rows_avx2(upper, lower, upper_weight, lower_weight, count, target);
#endif
    blend_rows(upper, lower, upper_weight, lower_weight, 0, count, target);
}

void lapwing_spread(const uint8_t *row, long count, float *first, float *second, float *third)
{
#if defined(__x86_64__)
    if (has_avx2()) return spread_avx2(row, count, first, second, third);
#endif
    spread(row, 0, count, first, second, third);
}
