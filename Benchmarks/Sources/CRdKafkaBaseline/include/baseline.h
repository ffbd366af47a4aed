#pragma once

#include <stddef.h>

// What librdkafka does by itself: the fewest calls that send and receive, which Lapwing's own are compared with.
// Every function returns NULL, or why it could not be done, which stays true until the next call.

/// Properties of a client, by name.
typedef struct {
    const char *const *names;
    const char *const *values;
    size_t count;
} baseline_properties;

/// Sends a value again and again, without copying it, until all of it is acknowledged.
///
/// @param keys as many keys, `video-0` and so on, take turns.
/// @param seconds from the first of `count` records, one sent before, to the last report of a delivery.
const char *baseline_produce(baseline_properties properties, const char *topic, const void *value, size_t size,
                             int count, int keys, double *seconds);

/// Receives as much as a topic holds as the only member of a group, without looking at it.
///
/// @param bytes_per_second from the first record that comes, not counted, to the last of `bytes`.
const char *baseline_consume(baseline_properties properties, const char *topic, long long bytes,
                             double *bytes_per_second);

/// Deletes a topic; the cluster may take its time.
const char *baseline_delete_topic(baseline_properties properties, const char *topic);
