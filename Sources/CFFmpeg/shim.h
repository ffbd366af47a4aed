#pragma once

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
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
