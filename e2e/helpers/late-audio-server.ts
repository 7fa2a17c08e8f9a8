import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { flvHeader, flvTag } from '../../src-main/formats/flv/flv-file.ts'
import { FlvReader } from '../../src-main/formats/flv/flv-reader.ts'
import { MessageType } from '../../src-main/formats/rtmp/rtmp-messages.ts'

interface Tag {
  readonly type: number
  readonly timeMs: number
  readonly body: Buffer
}

function tagsOf(flv: Buffer): Tag[] {
  const tags: Tag[] = []
  const take = (type: number) => (timeMs: number, body: Buffer) => void tags.push({ type, timeMs, body })
  const { audio, video, dataAmf0 } = MessageType
  const fault = new FlvReader({ onVideo: take(video), onAudio: take(audio), onScript: take(dataAmf0) }).push(flv)
  if (fault !== undefined) throw new Error(fault.fault)
  return tags
}

/**
 * A server of one live FLV stream, a file again and again, whose audio comes so many ms later than the video that it belongs to: no muxer
 * would write that.
 */
export async function startLateAudioServer(file: string, lateMs: number): Promise<{ readonly url: string; stop(): void }> {
  const tags = tagsOf(readFileSync(file))
  // How they are to be decoded.
  const first = tags.filter(({ timeMs }) => timeMs === 0)
  const head = Buffer.concat([flvHeader(true, true), ...first.map(({ type, body }) => flvTag(type, 0, body))])
  const roundMs = Math.max(...tags.map(({ timeMs }) => timeMs)) + 20
  const due = ({ type, timeMs }: Tag): number => (type === MessageType.audio ? timeMs + lateMs : timeMs)
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
        response.write(flvTag(tag.type, tag.timeMs + laterMs, tag.body))
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
