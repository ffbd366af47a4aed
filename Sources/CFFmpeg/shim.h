#pragma once

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/md5.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// Swift cannot import macros that expand to expressions with casts; each constant below stands for one of them.
static const int64_t lapwing_AV_NOPTS_VALUE = AV_NOPTS_VALUE;
static const int lapwing_AVERROR_EOF = AVERROR_EOF;
static const int lapwing_AVERROR_EAGAIN = AVERROR(EAGAIN);
static const int lapwing_AVERROR_ENOMEM = AVERROR(ENOMEM);
static const int lapwing_AVERROR_EIO = AVERROR(EIO);
static const int lapwing_AVERROR_EXIT = AVERROR_EXIT;
static const int lapwing_AVERROR_INVALIDDATA = AVERROR_INVALIDDATA;
static const int lapwing_AVERROR_DECODER_NOT_FOUND = AVERROR_DECODER_NOT_FOUND;
static const int lapwing_AVERROR_PROTOCOL_NOT_FOUND = AVERROR_PROTOCOL_NOT_FOUND;

// AVERROR() negates an errno number, or not, depending on the platform; callers pass errno itself.
static inline int lapwing_averror(int error_number) { return AVERROR(error_number); }

// Side data of a stream moved from AVStream to AVCodecParameters in libavformat 60.15: one accessor for both.
static inline const int32_t *lapwing_display_matrix(const AVStream *stream) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
    const AVPacketSideData *entry = av_packet_side_data_get(
        stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
    return entry && entry->size >= 9 * sizeof(int32_t) ? (const int32_t *)entry->data : NULL;
#else
    size_t size = 0;
    const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    return data && size >= 9 * sizeof(int32_t) ? (const int32_t *)data : NULL;
#endif
}

// Copies the side data of a stream to another one, where avcodec_parameters_copy() does not yet do it.
static inline int lapwing_copy_stream_side_data(AVStream *to, const AVStream *from) {
#if LIBAVFORMAT_VERSION_INT < AV_VERSION_INT(60, 15, 100)
    for (int i = 0; i < from->nb_side_data; i++) {
        const AVPacketSideData *entry = &from->side_data[i];
        uint8_t *data = av_stream_new_side_data(to, entry->type, entry->size);
        if (!data)
            return AVERROR(ENOMEM);
        for (size_t k = 0; k < entry->size; k++)
            data[k] = entry->data[k];
    }
#else
    (void)to;
    (void)from;
#endif
    return 0;
}

// Without this flag, old versions call get_buffer2 on one thread only, which stalls the others. It is gone in 60.
static inline void lapwing_allow_buffers_on_any_thread(AVCodecContext *context) {
#if LIBAVCODEC_VERSION_MAJOR < 60
    context->thread_safe_callbacks = 1;
#else
    (void)context;
#endif
}
