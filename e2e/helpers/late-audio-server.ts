import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Types of tags in an FLV file. */
const audioTag = 8

interface Tag {
  readonly type: number
  readonly timeMs: number
  readonly bytes: Buffer
}

/** Tags of an FLV file, each with the four bytes that follow it. */
function tagsOf(flv: Buffer): Tag[] {
  const tags: Tag[] = []
  for (let at = 13; at + 15 <= flv.length; ) {
    const end = at + 15 + flv.readUIntBE(at + 1, 3)
    tags.push({ type: flv[at]!, timeMs: flv.readUIntBE(at + 4, 3), bytes: flv.subarray(at, end) })
    at = end
  }
  return tags
}

/** The tag so much later. */
function shifted({ bytes, timeMs }: Tag, byMs: number): Buffer {
  const later = Buffer.from(bytes)
  const time = timeMs + byMs
  later.writeUIntBE(time & 0xffffff, 4, 3)
  later[7] = time >>> 24
  return later
}

/**
 * A server of one live FLV stream, a file again and again, whose audio comes so many ms later than the video that it belongs to: no muxer
 * would write that.
 */
export async function startLateAudioServer(file: string, lateMs: number): Promise<{ readonly url: string; stop(): void }> {
  const flv = readFileSync(file)
  const tags = tagsOf(flv)
  // How they are to be decoded.
  const head = Buffer.concat([flv.subarray(0, 13), ...tags.filter(({ timeMs }) => timeMs === 0).map(({ bytes }) => bytes)])
  const roundMs = Math.max(...tags.map(({ timeMs }) => timeMs)) + 20
  const due = ({ type, timeMs }: Tag): number => (type === audioTag ? timeMs + lateMs : timeMs)
  const media = tags.filter(({ timeMs }) => timeMs > 0).sort((one, other) => due(one) - due(other))
  const play = (response: ServerResponse): void => {
    const fromMs = performance.now()
    let next = 0
    response.write(head)
    const timer = setInterval(() => {
      for (;;) {
        const tag = media[next % media.length]!
        const laterMs = Math.floor(next / media.length) * roundMs
        if (due(tag) + laterMs > performance.now() - fromMs) return
        response.write(shifted(tag, laterMs))
        next++
      }
    }, 10)
    response.once('close', () => clearInterval(timer))
  }
  const server = createServer((_, response) => play(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/live.flv`,
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}
