import { Log } from 'node-av/lib'
import { AV_LOG_QUIET } from 'node-av/constants'

// FFmpeg writes to standard error by itself, which would garble progress bars; its return codes say all we need.
Log.setLevel(AV_LOG_QUIET)

/**
 * The one import of FFmpeg. Only the low-level half of node-av: its high-level encoder loses the last frame,
 * and its high-level decoder yields nothing on Node 20.
 */
export { Codec, CodecContext, Dictionary, FFmpegError, FormatContext, Frame, Packet, PosixError, Rational } from 'node-av/lib'
export type { ChannelLayout, Stream } from 'node-av/lib'
export {
  AV_CHANNEL_ORDER_NATIVE,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_SAMPLE_FMT_DBL,
  AV_SAMPLE_FMT_DBLP,
  AV_SAMPLE_FMT_FLT,
  AV_SAMPLE_FMT_FLTP,
  AV_SAMPLE_FMT_S16,
  AV_SAMPLE_FMT_S16P,
  AV_SAMPLE_FMT_S32,
  AV_SAMPLE_FMT_S32P,
  AV_SAMPLE_FMT_U8,
  AV_SAMPLE_FMT_U8P,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVMEDIA_TYPE_AUDIO,
  AVSEEK_FLAG_BACKWARD,
} from 'node-av/constants'
export type { AVSampleFormat } from 'node-av/constants'
