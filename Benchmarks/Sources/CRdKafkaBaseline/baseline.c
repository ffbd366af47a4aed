#include "baseline.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <time.h>

/// After so long without anything a cluster is taken to be gone.
static const int patience_ms = 60000;

static char reason[512];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static const char *because(rd_kafka_resp_err_t code) {
    snprintf(reason, sizeof reason, "%s", rd_kafka_err2str(code));
    return reason;
}

/// A configuration with these properties, or NULL.
static rd_kafka_conf_t *configuration(baseline_properties properties) {
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < properties.count; i++) {
        if (rd_kafka_conf_set(conf, properties.names[i], properties.values[i], reason, sizeof reason) ==
            RD_KAFKA_CONF_OK)
            continue;
        rd_kafka_conf_destroy(conf);
        return NULL;
    }
    return conf;
}

/// A client, or NULL.
static rd_kafka_t *client(rd_kafka_type_t type, rd_kafka_conf_t *conf) {
    rd_kafka_t *client = rd_kafka_new(type, conf, reason, sizeof reason);
    if (!client) rd_kafka_conf_destroy(conf);
    return client;
}

// MARK: Produce

typedef struct {
    int delivered;
    rd_kafka_resp_err_t failure;
} deliveries;

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *message, void *opaque) {
    (void)client;
    deliveries *reports = opaque;
    reports->delivered++;
    if (message->err) reports->failure = message->err;
}

/// Waits until so many records have been reported.
static const char *await(rd_kafka_t *client, deliveries *reports, int count) {
    double last = now();
    int delivered = reports->delivered;
    while (reports->delivered < count) {
        rd_kafka_poll(client, 100);
        if (reports->delivered != delivered) last = now();
        delivered = reports->delivered;
        if (now() - last > patience_ms / 1e3) return "nothing was delivered for a minute";
    }
    return reports->failure ? because(reports->failure) : NULL;
}

static const char *produce(rd_kafka_t *client, deliveries *reports, const char *topic, const void *value, size_t size,
                           int count, int keys) {
    for (int i = 0; i < count; i++) {
        char key[32];
        int length = snprintf(key, sizeof key, "video-%d", i % keys);
        for (;;) {
            rd_kafka_resp_err_t code = rd_kafka_producev(
                client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, (size_t)length),
                RD_KAFKA_V_VALUE((void *)value, size), RD_KAFKA_V_MSGFLAGS(0), RD_KAFKA_V_END);
            if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
            if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) return because(code);
            rd_kafka_poll(client, 100);
        }
        rd_kafka_poll(client, 0);
    }
    return NULL;
}

const char *baseline_produce(baseline_properties properties, const char *topic, const void *value, size_t size,
                             int count, int keys, double *seconds) {
    rd_kafka_conf_t *conf = configuration(properties);
    if (!conf) return reason;
    deliveries reports = {0, RD_KAFKA_RESP_ERR_NO_ERROR};
    rd_kafka_conf_set_opaque(conf, &reports);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    rd_kafka_t *producer = client(RD_KAFKA_PRODUCER, conf);
    if (!producer) return reason;
    // Connections are made, and the producer gets its ID, before it is measured.
    const char *failure = produce(producer, &reports, topic, "", 0, 1, 1);
    if (!failure) failure = await(producer, &reports, 1);
    if (!failure) {
        double start = now();
        failure = produce(producer, &reports, topic, value, size, count, keys);
        if (!failure) failure = await(producer, &reports, count + 1);
        *seconds = now() - start;
    }
    rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(producer, 1000);
    rd_kafka_destroy(producer);
    return failure;
}

// MARK: Consume

const char *baseline_consume(baseline_properties properties, const char *topic, long long bytes,
                             double *bytes_per_second) {
    rd_kafka_conf_t *conf = configuration(properties);
    if (!conf) return reason;
    rd_kafka_t *consumer = client(RD_KAFKA_CONSUMER, conf);
    if (!consumer) return reason;
    rd_kafka_poll_set_consumer(consumer);
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(topics, topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(consumer, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    const char *failure = code ? because(code) : NULL;
    double start = 0;
    long long received = 0;
    long long before = 0;
    while (!failure && received < bytes) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, patience_ms);
        if (!message) {
            failure = "nothing came for a minute";
            break;
        }
        if (!message->err) received += (long long)message->len;
        rd_kafka_message_destroy(message);
        if (received && !before) {
            start = now();
            before = received;
        }
    }
    *bytes_per_second = (double)(received - before) / (now() - start);
    rd_kafka_consumer_close(consumer);
    rd_kafka_destroy(consumer);
    return failure;
}

// MARK: Clean up

const char *baseline_delete_topic(baseline_properties properties, const char *topic) {
    rd_kafka_conf_t *conf = configuration(properties);
    if (!conf) return reason;
    rd_kafka_t *admin = client(RD_KAFKA_PRODUCER, conf);
    if (!admin) return reason;
    rd_kafka_queue_t *queue = rd_kafka_queue_new(admin);
    rd_kafka_DeleteTopic_t *deletion = rd_kafka_DeleteTopic_new(topic);
    rd_kafka_DeleteTopics(admin, &deletion, 1, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, patience_ms);
    const char *failure = NULL;
    if (!event) failure = "the cluster does not answer";
    else if (rd_kafka_event_error(event)) failure = because(rd_kafka_event_error(event));
    if (event) rd_kafka_event_destroy(event);
    rd_kafka_DeleteTopic_destroy(deletion);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(admin);
    return failure;
}
