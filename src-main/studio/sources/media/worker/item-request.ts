import type { PlayItem } from '../messages.ts'
import { type FileStamp, stampOf } from './file-stamp.ts'
import { MediaFault } from './media-fault.ts'
import type { InputRequest } from './media-input.ts'
import { sequenceOf } from './picture-sequence.ts'

/** True for what is fetched over HTTP: there is no file to be watched. */
export function isAddress(file: string): boolean {
  return /^https?:\/\//i.test(file)
}

/** The file behind an item, as it is now. Throws MediaFault where there is none. */
export async function findItem({ file, sequenceRate }: PlayItem): Promise<FileStamp> {
  return sequenceRate === undefined ? stampOf(file) : (await sequenceOf(file)).stamp
}

/** How FFmpeg is asked for an item. What a file lists may lead to files alone, what an address lists to the network. Throws MediaFault. */
export async function itemRequest(item: PlayItem, soundTrack: number): Promise<{ stamp: FileStamp | undefined; request: InputRequest }> {
  const { file, sequenceRate } = item
  if (file === '') throw new MediaFault('refused', 'No file is named yet')
  if (isAddress(file)) {
    const options = { rw_timeout: '8000000', protocol_whitelist: 'http,https,tcp,tls,crypto,httpproxy,data' }
    return { stamp: undefined, request: { address: file, options, soundTrack } }
  }
  if (!file.startsWith('/') && !/^[A-Za-z]:[\\/]/.test(file)) throw new MediaFault('refused', `${file} is no whole path: begin it with /`)
  if (sequenceRate !== undefined) {
    const { pattern, first, stamp } = await sequenceOf(file)
    const options = { framerate: String(sequenceRate), start_number: String(first), protocol_whitelist: 'file' }
    return { stamp, request: { address: pattern, format: 'image2', options, soundTrack } }
  }
  const stamp = await stampOf(file)
  return { stamp, request: { address: `file:${file}`, options: { protocol_whitelist: 'file,crypto,data' }, soundTrack } }
}
