#pragma once

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/cpu.h>
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
static const int lapwing_AVERROR_HTTP_UNAUTHORIZED = AVERROR_HTTP_UNAUTHORIZED;
static const int lapwing_AVERROR_HTTP_FORBIDDEN = AVERROR_HTTP_FORBIDDEN;
static const int lapwing_AVERROR_HTTP_NOT_FOUND = AVERROR_HTTP_NOT_FOUND;
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

// The context is opaque up to FFmpeg 7 and a plain struct since 8, which Swift imports as different types.
typedef void *lapwing_SwsContext;
static inline lapwing_SwsContext lapwing_sws_alloc_context(void) { return sws_alloc_context(); }
static inline int lapwing_sws_init_context(lapwing_SwsContext context) {
    return sws_init_context((struct SwsContext *)context, NULL, NULL);
}
static inline void lapwing_sws_freeContext(lapwing_SwsContext context) {
    sws_freeContext((struct SwsContext *)context);
}
// Says how the YUV of the source is coded: `coefficients` as in sws_getCoefficients(), `full_range` for 0…255.
static inline int lapwing_sws_set_source_color(lapwing_SwsContext context, int coefficients, int full_range) {
    struct SwsContext *sws = (struct SwsContext *)context;
    int *source, *destination, source_range, destination_range, brightness, contrast, saturation;
    if (sws_getColorspaceDetails(sws, &source, &source_range, &destination, &destination_range, &brightness, &contrast,
                                 &saturation) < 0)
        return -1;
    const int *table = sws_getCoefficients(coefficients);
    return sws_setColorspaceDetails(sws, table, full_range < 0 ? source_range : full_range, table, destination_range,
                                    brightness, contrast, saturation);
}
static inline int lapwing_sws_scale(lapwing_SwsContext context, const AVFrame *frame, uint8_t *destination, int stride) {
    uint8_t *const planes[4] = {destination, NULL, NULL, NULL};
    const int strides[4] = {stride, 0, 0, 0};
    return sws_scale((struct SwsContext *)context, (const uint8_t *const *)frame->data, frame->linesize, 0,
                     frame->height, planes, strides);
}
// The planes' addresses and strides are C arrays, which Swift imports as tuples. `bytes` are packed without padding.
static inline void lapwing_copy_image(AVFrame *frame, const uint8_t *bytes) {
    uint8_t *planes[4];
    int strides[4];
    av_image_fill_arrays(planes, strides, bytes, (enum AVPixelFormat)frame->format, frame->width, frame->height, 1);
    av_image_copy(frame->data, frame->linesize, (const uint8_t **)planes, strides, (enum AVPixelFormat)frame->format,
                  frame->width, frame->height);
}

// Without this flag, old versions call get_buffer2 on one thread only, which stalls the others. It is gone in 60.
static inline void lapwing_allow_buffers_on_any_thread(AVCodecContext *context) {
#if LIBAVCODEC_VERSION_MAJOR < 60
    context->thread_safe_callbacks = 1;
#else
    (void)context;
#endif
}

// Says how the YUV of the result shall be coded, where the source is RGB: `coefficients` as in sws_getCoefficients(),
// `full_range` for 0…255.
static inline int lapwing_sws_set_target_color(lapwing_SwsContext context, int coefficients, int full_range) {
    const int *table = sws_getCoefficients(coefficients);
    return sws_setColorspaceDetails((struct SwsContext *)context, table, 1, table, full_range, 0, 1 << 16,
                                    1 << 16);
}
// Converts a packed picture, which has one plane only, into a frame's planes.
static inline int lapwing_sws_scale_packed(lapwing_SwsContext context, const uint8_t *source, int stride, int height,
                                           AVFrame *frame) {
    const uint8_t *const planes[4] = {source, NULL, NULL, NULL};
    const int strides[4] = {stride, 0, 0, 0};
    return sws_scale((struct SwsContext *)context, planes, strides, 0, height, frame->data, frame->linesize);
}

// Where the planes of a picture lie in one piece of memory, with rows and room behind them as wide as FFmpeg's own. With
// `base`, sets the frame's planes and strides to that. Returns the bytes it takes; negative where it is no picture.
static inline int64_t lapwing_lay_out(AVFrame *frame, int format, int width, int height, uint8_t *base) {
    const int alignment = 64, most_height = INT_MAX - 64;
    int strides[4];
    ptrdiff_t wide[4];
    size_t sizes[4];
    if (width <= 0 || height <= 0 || width > INT_MAX - 64 || height > most_height ||
        av_image_check_size2((unsigned)width, (unsigned)height, INT64_MAX, (enum AVPixelFormat)format, 0, NULL) < 0 ||
        av_image_fill_linesizes(strides, (enum AVPixelFormat)format, FFALIGN(width, alignment)) < 0)
        return -1;
    for (int plane = 0; plane < 4; plane++) {
        if (strides[plane] > INT_MAX - alignment)
            return -1;
        strides[plane] = FFALIGN(strides[plane], alignment);
        wide[plane] = strides[plane];
    }
    if (av_image_fill_plane_sizes(sizes, (enum AVPixelFormat)format, FFALIGN(height, 32), wide) < 0)
        return -1;
    int64_t total = 0;
    for (int plane = 0; plane < 4 && sizes[plane]; plane++) {
        if (sizes[plane] > INT_MAX)
            return -1;
        if (base) {
            frame->data[plane] = base + total;
            frame->linesize[plane] = strides[plane];
        }
        total += FFALIGN((int64_t)sizes[plane] + alignment, (int64_t)alignment);
    }
    return total > 0 ? total : -1;
}
// Copies a frame's pixels to `base`, as lapwing_lay_out() lays them out; returns the bytes that they take there.
static inline int64_t lapwing_copy_picture(uint8_t *base, const AVFrame *frame) {
    AVFrame copy = {.width = frame->width};
    int64_t size = lapwing_lay_out(&copy, frame->format, frame->width, frame->height, base);
    if (size > 0)
        av_image_copy(copy.data, copy.linesize, (const uint8_t **)frame->data, frame->linesize,
                      (enum AVPixelFormat)frame->format, frame->width, frame->height);
    return size;
}
