import { AV_LOG_FATAL, AV_OPT_SEARCH_CHILDREN, AV_OPT_TYPE_STRING } from 'node-av/constants'
import { type CodecContext, FFmpegError, type FormatContext, Log } from 'node-av/lib'

Log.setLevel(AV_LOG_FATAL)

/** Throws FFmpeg's own words where a call of it failed. */
export function must(result: number, what: string): number {
  FFmpegError.throwIfError(result, what)
  return result
}

/**
 * Sets an option of a codec or a container. Options go in one by one: a dictionary handed to FFmpeg is freed there and again by its finalizer,
 * which ends the process at some later garbage collection.
 */
export function setOption(context: CodecContext | FormatContext, name: string, value: string): void {
  must(context.setOption(name, value, AV_OPT_TYPE_STRING, AV_OPT_SEARCH_CHILDREN), `option ${name}`)
}
