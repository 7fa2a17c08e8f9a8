/** The studio's process: the only one besides its sources' in which pictures live. Everything that it is comes with `show`. */
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { openMediaWire } from '../../platform/workers/media-wire.ts'
import { connectToHost, openMediaPipe } from '../../platform/workers/worker-side.ts'
import type { Engine } from './engine.ts'
import type { EncodingFault, FromStudio, ToStudio, WorkerFault } from './messages.ts'

/** Lines on standard error become log lines of the host. */
function log(fields: object): Logger {
  const write = (more: object, message: string): void => {
    process.stderr.write(
      `${message} ${JSON.stringify({ ...fields, ...more }, (_key, value) => (value instanceof Error ? value.message : value))}\n`,
    )
  }
  return { debug() {}, info() {}, warn: write, error: write, child: (more) => log({ ...fields, ...more }) }
}

function faultOf(error: unknown): WorkerFault {
  return { code: error instanceof AppError ? error.code : 'internal', message: (error as Error).message }
}

let engine: Engine | undefined
let beginning: Promise<void> | undefined
const addresses = new Map<number, { resolve(address: string): void; reject(error: Error): void }>()
let lastAddress = 0

const host = connectToHost<ToStudio, FromStudio>((message) => {
  if (message.kind === 'show') beginning = begin(message)
  else if (message.kind === 'address') {
    const waiting = addresses.get(message.request)
    addresses.delete(message.request)
    if (message.address === undefined) waiting?.reject(new Error(message.problem ?? 'it cannot be watched'))
    else waiting?.resolve(message.address)
  } else void beginning?.then(() => engine && obey(engine, message))
})

const wire = openMediaWire(openMediaPipe(), { onTrack() {}, onPacket() {}, onNote() {} })
/** Bytes that the host has not taken: beyond this it hangs, and pictures would only fill memory. */
const mostWaitingBytes = 64 * 1024 * 1024

/** What does not load is told as what the show is broken by. */
const code = Promise.all([
  import('./engine.ts'),
  import('../native/load-addon.ts'),
  import('../mixer/create-mixer.ts'),
  import('../sources/start-source.ts'),
])

async function begin(show: Extract<ToStudio, { kind: 'show' }>): Promise<void> {
  try {
    const [{ Engine }, { loadCompositor }, { createMixer }, { startSource }] = await code
    await engine?.close()
    const compositor = loadCompositor()
    engine = new Engine(
      {
        compositor,
        mixer: createMixer({ log: log({}) }),
        log: log({}),
        startSource,
        liveAddress: (stream) =>
          new Promise((resolve, reject) => {
            lastAddress++
            addresses.set(lastAddress, { resolve, reject })
            host.send({ kind: 'address', request: lastAddress, stream })
          }),
        send: (message) => host.send(message),
        onTrack: (channel, track) => wire.track(channel, track),
        onPacket: (channel, packet) => {
          if (wire.waitingBytes < mostWaitingBytes) wire.packet(channel, packet)
        },
        onFault: (channel, fault: EncodingFault) => wire.note(channel, fault),
      },
      show,
    )
  } catch (error) {
    host.send({ kind: 'broken', ...faultOf(error) })
  }
}

function obey(at: Engine, message: Exclude<ToStudio, { kind: 'show' | 'address' }>): void {
  switch (message.kind) {
    case 'change':
      at.change(message.change)
      break
    case 'preview':
      at.setPreview(message.canvas, message.scene)
      break
    case 'encode':
      at.encode(message.encodings)
      break
    case 'pictures':
      at.showPictures(message.pictures)
      break
    case 'keyframe':
      at.requestKeyframe(message.channel)
      break
    case 'meters':
      at.wantMeters(message.wanted)
      break
    case 'switch':
      try {
        at.switchTo(message.request, message.switches)
      } catch (error) {
        host.send({ kind: 'answer', request: message.request, error: faultOf(error) })
      }
      break
    case 'command':
      answer(message.request, async () => at.command(message.source, message.name, message.details))
      break
    case 'screenshot':
      answer(message.request, () => at.screenshot(message.of, message))
      break
    case 'devices':
      answer(message.request, async () => (await import('../sources/list-devices.ts')).listDevices(message.of))
      break
  }
}

function answer(request: number, work: () => Promise<unknown>): void {
  work().then(
    (value) => host.send({ kind: 'answer', request, value }),
    (error: unknown) => host.send({ kind: 'answer', request, error: faultOf(error) }),
  )
}

host.stopping.addEventListener('abort', () => {
  void (engine?.close() ?? Promise.resolve()).finally(() => host.end())
})
// Ready is who has loaded everything: that takes seconds on a busy machine, in which this process says nothing.
void code.catch(() => undefined).finally(() => host.ready())
