#pragma once

#include <stdint.h>

// Inner loops over pixels that want more vector instructions than the compiler may take for granted. Which are used is
// found out at run time; the values are the same bit by bit with any.

/// Blends neighbouring pixels of a row of 24-bit pixels.
///
/// Of target pixel x the left neighbour begins at row[first[x]], the right one three bytes behind it. Their weights are in
/// the lower and the upper 16 bits of weights[x], 0 to 2048, together 2048. Each channel's sum loses 4 bits. The three
/// channels are written one after the other, `count` values each. Up to seven bytes behind row[first[x]] are read.
void lapwing_blend_columns(
    const uint8_t *row, const int32_t *first, const int32_t *weights, long count, int16_t *target);

/// Blends two rows of such values with weights of 0 to 2048 and writes them as 0 to 1: both products lose 16 bits, their
/// sum is rounded from quarters, and divided by 255.
void lapwing_blend_rows(
    const int16_t *upper, const int16_t *lower, int upper_weight, int lower_weight, long count, float *target);

/// Writes the channels of a row of 24-bit pixels, each value divided by 255, to three rows.
void lapwing_spread(const uint8_t *row, long count, float *first, float *second, float *third);
