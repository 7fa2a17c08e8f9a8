import { type FileHandle, open, stat } from 'node:fs/promises'
import { AVERROR_EOF, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_VIDEO } from 'node-av/constants'
import { Dictionary, FormatContext, Packet, Rational, type Stream } from 'node-av/lib'
import { box, findBox, readUint32 } from '../../../../formats/mp4/mp4-boxes.ts'
import { chapterList } from '../../../../formats/mp4/mp4-chapters.ts'
import { must, setOption } from '../../../worker/ffmpeg/engine.ts'
import type { Remuxed, RemuxOrder } from '../messages.ts'

/** So often it is said how far it is, ms. */
const reportEveryMs = 500
const microseconds = new Rational(1, 1_000_000)

/**
 * Copies video and audio of a file into a plain MP4 file with its index at the front, which every player and editor reads; nothing is
 * encoded again. Throws what the disk or FFmpeg says, and when `signal` aborts; what was written by then is the caller's to remove.
 */
export async function remuxFile(
  { from, to, chapters }: Pick<RemuxOrder, 'from' | 'to' | 'chapters'>,
  signal: AbortSignal,
  onProgress: (done: Remuxed) => void,
): Promise<Remuxed> {
  const list = chapters.length === 0 ? undefined : chapterList(chapters)
  const input = new FormatContext()
  must(await input.openInput(from), 'open the file')
  const output = new FormatContext()
  const packet = new Packet()
  packet.alloc()
  try {
    must(await input.findStreamInfo(), 'read the file')
    must(output.allocOutputContext2(null, 'mp4', to), 'make an MP4 file')
    const routes = routesOf(input, output)
    if (routes.size === 0) throw new Error('The file has neither video nor audio')
    setOption(output, 'movflags', 'faststart')
    if (list !== undefined) output.metadata = Dictionary.fromObject({ comment: ' '.repeat(list.length) })
    must(await output.openOutput(), 'create the file')
    must(await output.writeHeader(), 'write the file')
    let beginUs = Number.POSITIVE_INFINITY
    let endUs = 0
    const durationMs = (): number => Math.max(0, Math.round((endUs - beginUs) / 1000))
    let bytes = 0
    let reportedMs = performance.now()
    for (;;) {
      signal.throwIfAborted()
      const read = await input.readFrame(packet)
      if (read === AVERROR_EOF) break
      must(read, 'read the file')
      const route = routes.get(packet.streamIndex)
      if (route !== undefined) {
        bytes += packet.size
        packet.rescaleTs(route.from.timeBase, microseconds)
        beginUs = Math.min(beginUs, Number(packet.pts))
        endUs = Math.max(endUs, Number(packet.pts + packet.duration))
        packet.rescaleTs(microseconds, route.to.timeBase)
        packet.streamIndex = route.to.index
        must(await output.interleavedWriteFrame(packet), 'write the file')
      }
      packet.unref()
      if (performance.now() - reportedMs < reportEveryMs) continue
      reportedMs = performance.now()
      onProgress({ bytes, durationMs: durationMs() })
    }
    must(await output.writeTrailer(), 'end the file')
    await output.closeOutput()
    await using file = await open(to, 'r+')
    if (list !== undefined) await replaceUserData(file, list)
    await file.datasync()
    return { bytes: (await stat(to)).size, durationMs: durationMs() }
  } finally {
    packet.free()
    await output.closeOutput().catch(() => undefined)
    await input.closeInput()
  }
}

/**
 * Puts chapters in the place of what FFmpeg wrote about the movie as a whole, which was made long enough: the bindings of FFmpeg cannot
 * give a file chapters, and a longer index would move all samples behind it.
 */
async function replaceUserData(file: FileHandle, list: Uint8Array): Promise<void> {
  const header = new Uint8Array(16)
  const typeAt = Buffer.from(header.buffer, 4, 4)
  for (let at = 0; (await file.read(header, 0, 16, at)).bytesRead >= 8; ) {
    const [size, type] = [readUint32(header, 0), typeAt.toString('latin1')]
    if (type === 'moov') {
      const moov = new Uint8Array(size)
      await file.read(moov, 0, size, at)
      const place = findBox(moov, 'udta', 8)
      const left = place === undefined ? -1 : place.end - place.start - list.length
      if (place === undefined || left < 8) break
      await file.write(list, 0, list.length, at + place.start)
      await file.write(box('free', new Uint8Array(left - 8)), 0, left, at + place.start + list.length)
      return
    }
    if (size < 8) break
    at += size
  }
  throw new Error('FFmpeg left no space for the chapters')
}

interface Route {
  readonly from: Stream
  readonly to: Stream
}

/** Each video and audio track with its own in the output, by the number that its packets have. */
function routesOf(input: FormatContext, output: FormatContext): ReadonlyMap<number, Route> {
  const routes = new Map<number, Route>()
  for (const from of input.streams ?? []) {
    if (from.codecpar.codecType !== AVMEDIA_TYPE_VIDEO && from.codecpar.codecType !== AVMEDIA_TYPE_AUDIO) continue
    const to = output.newStream(null)
    from.codecpar.copy(to.codecpar)
    to.codecpar.codecTag = 0
    to.timeBase = from.timeBase
    routes.set(from.index, { from, to })
  }
  return routes
}
