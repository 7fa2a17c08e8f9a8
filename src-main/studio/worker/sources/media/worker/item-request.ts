import { ffmpegHeaders } from '../../../../../platform/outbound/fetched-by-host.ts'
import type { ReachPolicy } from '../../../../../platform/outbound/reach.ts'
import { judgeFile } from '../../../../../platform/user-files/file-policy.ts'
import type { PlayItem } from '../messages.ts'
import { type FileStamp, type JudgePath, stampOf } from './file-stamp.ts'
import { sequenceOf } from './image-sequence.ts'
import { MediaFault } from './media-fault.ts'
import type { InputRequest } from './media-input.ts'

/** Formats of FFmpeg that open further files. */
const listFormats = /\b(?:concat|dash|hls|imf|webm_dash_manifest)\b/

/** True for what is fetched over HTTP: there is no file to be watched. */
export function isUrl(file: string): boolean {
  return /^https?:\/\//i.test(file)
}

/** The file behind an item, as it is now. Throws MediaFault if it is missing. */
export async function findItem({ file, sequenceRate, limited }: PlayItem, reach: ReachPolicy): Promise<FileStamp> {
  const judge = judgeFor(reach, limited)
  return sequenceRate === undefined ? stampOf(file, judge) : (await sequenceOf(file, judge)).stamp
}

/** The same file, or what is in its place, as it is now. Throws MediaFault. */
export function restamp({ path }: FileStamp, { limited }: PlayItem, reach: ReachPolicy): Promise<FileStamp> {
  return stampOf(path, judgeFor(reach, limited))
}

function judgeFor({ files }: ReachPolicy, limited: boolean): JudgePath {
  return (path) => judgeFile(path, files, limited)
}

/** How FFmpeg opens an item. What a file lists may only lead to files, what a URL lists to the network. Throws MediaFault. */
export async function itemRequest(
  item: PlayItem,
  soundTrack: number,
  reach: ReachPolicy,
): Promise<{ stamp: FileStamp | undefined; request: InputRequest }> {
  const { file, sequenceRate, limited } = item
  if (file === '') throw new MediaFault('refused', 'No file is named yet')
  if (isUrl(file)) {
    const options = { rw_timeout: '8000000', headers: ffmpegHeaders, protocol_whitelist: 'http,https,tcp,tls,crypto,httpproxy,data' }
    return { stamp: undefined, request: { address: file, options, soundTrack, ...(limited && { network: reach.network }) } }
  }
  if (!file.startsWith('/') && !/^[A-Za-z]:[\\/]/.test(file))
    throw new MediaFault('refused', `${file} is not a whole path: start it with /`)
  if (sequenceRate !== undefined) {
    const { pattern, first, stamp } = await sequenceOf(file, judgeFor(reach, limited))
    const options = { framerate: String(sequenceRate), start_number: String(first), protocol_whitelist: 'file' }
    return { stamp, request: { address: pattern, format: 'image2', options, soundTrack } }
  }
  const stamp = await stampOf(file, judgeFor(reach, limited))
  const options = { protocol_whitelist: 'file,crypto,data' }
  // Lists of files are for those who may name any file.
  return { stamp, request: { address: `file:${stamp.real}`, options, soundTrack, ...(limited && { refused: listFormats }) } }
}
