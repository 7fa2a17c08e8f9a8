/**
 * A process of its own: copies a media file to a URL with FFmpeg 8.1 (node-av), in real time, as an encoder that speaks Enhanced RTMP would
 * send it. Arguments: FILE URL. Ends the stream properly at the file's end or on SIGTERM.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AVFMT_FLAG_FLUSH_PACKETS } from 'node-av/constants'
import { FFmpegError, FormatContext, Packet, Rational } from 'node-av/lib'

const [, , file, url] = process.argv as [string, string, string, string]
let stopped = false
process.on('SIGTERM', () => {
  stopped = true
})
process.on('disconnect', () => process.exit(1))

function must(result: number, what: string): void {
  FFmpegError.throwIfError(result, what)
}

const input = new FormatContext()
must(await input.openInput(file), 'open')
must(await input.findStreamInfo(), 'look')
const output = new FormatContext()
must(output.allocOutputContext2(null, 'flv', url), 'make output')
const lanes = (input.streams ?? []).map((from) => {
  const to = output.newStream(null)
  must(from.codecpar.copy(to.codecpar), 'describe stream')
  to.codecpar.codecTag = 0
  to.timeBase = from.timeBase
  return { from, to }
})
must(await output.openOutput(), 'connect')
output.setFlags(AVFMT_FLAG_FLUSH_PACKETS)
must(await output.writeHeader(null), 'publish')
process.send?.('started')

const milliseconds = new Rational(1, 1000)
const packet = new Packet()
packet.alloc()
const startMs = performance.now()
let firstMs: number | undefined
while (!stopped && (await input.readFrame(packet)) >= 0) {
  const lane = lanes[packet.streamIndex]!
  const dtsMs = Number(packet.dts) * (lane.from.timeBase.num / lane.from.timeBase.den) * (milliseconds.den / milliseconds.num)
  firstMs ??= dtsMs
  const waitMs = dtsMs - firstMs - (performance.now() - startMs)
  if (waitMs > 0) await sleep(waitMs)
  packet.rescaleTs(lane.from.timeBase, lane.to.timeBase)
  packet.streamIndex = lane.to.index
  must(await output.writeFrame(packet), 'send')
  packet.unref()
}
await output.writeTrailer()
await output.closeOutput()
process.exit(0)
