#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

// rd_kafka_producev() is variadic, which Swift cannot import. A null key or value stays null; those of no bytes need a
// pointer. The bytes are copied; the headers are the library's from then on, unless an error is returned.
static inline rd_kafka_resp_err_t lapwing_produce(rd_kafka_t *client, const char *topic, int32_t partition,
                                                  const void *key, size_t key_size, const void *value,
                                                  size_t value_size, rd_kafka_headers_t *headers, void *opaque) {
    return rd_kafka_producev(client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(partition),
                             RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(key, key_size),
                             RD_KAFKA_V_VALUE((void *)value, value_size), RD_KAFKA_V_HEADERS(headers),
                             RD_KAFKA_V_OPAQUE(opaque), RD_KAFKA_V_END);
}

// A macro with a cast, which Swift cannot import: any partition.
static const int32_t lapwing_RD_KAFKA_PARTITION_UA = RD_KAFKA_PARTITION_UA;
