/** The studio's process: the only one besides its sources' that has frames. Everything that it shows comes with `show`. */
import { AppError } from '../../../platform/errors.ts'
import { openMediaWire } from '../../../platform/workers/media-wire.ts'
import { PendingReplies } from '../../../platform/workers/pending-replies.ts'
import { onWorkerEnd } from '../../../platform/workers/worker-ends.ts'
import { workerLog } from '../../../platform/workers/worker-log.ts'
import { connectToHost, openMediaPipe } from '../../../platform/workers/worker-side.ts'
import type { EncodingFault, FromStudio, ToStudio, WorkerFault } from '../../control/engine/messages.ts'
import type { Engine } from './engine.ts'

function faultOf(error: unknown): WorkerFault {
  return { code: error instanceof AppError ? error.code : 'internal', message: (error as Error).message }
}

let engine: Engine | undefined
let beginning: Promise<void> | undefined
const addresses = new PendingReplies<string>()

const host = connectToHost<ToStudio, FromStudio>((message) => {
  if (message.kind === 'show') beginning = begin(message)
  else if (message.kind === 'address') {
    if (message.address === undefined) addresses.reject(message.request, new Error(message.problem ?? 'it cannot be watched'))
    else addresses.resolve(message.request, message.address)
  } else void beginning?.then(() => engine && handleMessage(engine, message))
})

onWorkerEnd(({ worker, pid, args: [of] }) => host.send({ kind: 'lost', lost: { worker, pid, of } }))

const wire = openMediaWire(openMediaPipe(), { onTrack() {}, onPacket() {}, onNote() {} })
/** Bytes that the host has not taken: beyond this it hangs, and frames would only fill memory. */
const maxWaitingBytes = 64 * 1024 * 1024

/** What does not load is reported as the fault of the show. */
const code = Promise.all([
  import('./engine.ts'),
  import('../compositor/load-compositor.ts'),
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
        mixer: createMixer({ log: workerLog() }),
        log: workerLog(),
        startSource,
        liveUrl: (stream) => addresses.request((request) => host.send({ kind: 'address', request, stream })),
        send: (message) => host.send(message),
        onTrack: (channel, track) => wire.track(channel, track),
        onPacket: (channel, packet) => {
          if (wire.waitingBytes < maxWaitingBytes) wire.packet(channel, packet)
        },
        onFault: (channel, fault: EncodingFault) => wire.note(channel, fault),
      },
      show,
    )
  } catch (error) {
    host.send({ kind: 'broken', ...faultOf(error) })
  }
}

function handleMessage(at: Engine, message: Exclude<ToStudio, { kind: 'show' | 'address' }>): void {
  switch (message.kind) {
    case 'change':
      at.change(message.change)
      break
    case 'reach':
      at.setReach(message.reach)
      break
    case 'displays':
      at.setDisplays(message.displays)
      break
    case 'preview':
      answer(message.request, async () => at.setPreview(message.canvas, message.scene))
      break
    case 'encode':
      at.encode(message.encodings)
      break
    case 'canvas-frames':
      at.showFrames(message.canvasFrames)
      break
    case 'shared':
      at.shareMedia(message.shared)
      break
    case 'tiles':
      at.showTiles(message.tiles, message.height)
      break
    case 'keyframe':
      at.requestKeyframe(message.channel)
      break
    case 'meters':
      at.wantMeters(message.wanted)
      break
    case 'follow-window':
      at.followWindow(message.wanted)
      break
    case 'talk-to':
      at.talkTo(message.talker, message.guests)
      break
    case 'talk':
      at.talk(message.talker, message.packet)
      break
    case 'switch':
      try {
        at.switchTo(message.request, message.switches)
      } catch (error) {
        host.send({ kind: 'answer', request: message.request, error: faultOf(error) })
      }
      break
    case 't-bar':
      at.setTBar(message.canvases, message.position)
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
