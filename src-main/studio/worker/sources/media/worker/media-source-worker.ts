/** The process of one media source: FFmpeg reads and decodes here, what comes of it goes into stores that the studio made. */
import { allowHeapGrowth } from '../../../../../platform/memory/heap-growth.ts'
import { connectToHost } from '../../../../../platform/workers/worker-side.ts'
import { loadCompositor } from '../../../compositor/load-compositor.ts'
import type { FromMediaWorker, PlayRequest, ToMediaWorker } from '../messages.ts'
import type { MediaEngine } from './media-engine.ts'
import type { Player, PlayerDependencies } from './player.ts'

const aliveEveryMs = 400
let players: typeof import('./players.ts')
let engine: MediaEngine | undefined
let player: Player | undefined
let dependencies: PlayerDependencies | undefined
let shown = false
let request: PlayRequest | undefined

/** Messages are dealt with one after the other, also where one takes a while. */
let dealt: Promise<void> = Promise.resolve()

// Each frame passes through buffers that count with all of its bytes until they are collected: at the usual growth the engine collects
// this small heap as a whole, several times a second, before the new ones among them would have been collected by themselves.
allowHeapGrowth(1000)

// The parent is gone. An orderly exit would wait for FFmpeg, which may wait for a network for ever.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
const host = connectToHost<ToMediaWorker, FromMediaWorker>((message) => {
  dealt = dealt.then(() => deal(message))
})
host.stopping.addEventListener('abort', () => {
  dealt = dealt.then(() => player?.stop()).then(() => host.end())
})

async function deal(message: ToMediaWorker): Promise<void> {
  switch (message.type) {
    case 'start':
      begin(message)
      break
    case 'update':
      request = message.request
      if (player?.update(request) === false) await replace(request)
      break
    case 'show':
      shown = message.shown
      player?.show(shown)
      break
    case 'command':
      player?.command(message.name, message.details)
      break
  }
}

function begin(message: Extract<ToMediaWorker, { type: 'start' }>): void {
  if (engine === undefined) return
  const stores = loadCompositor()
  shown = message.shown
  request = message.request
  dependencies = {
    frameStore: stores.openFrameStore(message.frameStore),
    audioStore: stores.openAudioStore(message.audioStore),
    nowUs: () => stores.nowUs(),
    clock: message.clock,
    engine,
    report: (report, position) => host.send({ type: 'report', report, position }),
    onAway: () => host.send({ type: 'away' }),
  }
  player = players.createPlayer(request, shown, message.resume, dependencies)
}

/** New settings that the player cannot follow while it plays: another takes its place. */
async function replace(next: PlayRequest): Promise<void> {
  const before = player
  player = undefined
  await before?.stop()
  if (dependencies !== undefined && !host.stopping.aborted) player = players.createPlayer(next, shown, undefined, dependencies)
}

function look(): void {
  host.send({ type: 'alive' })
  if (engine === undefined || request === undefined) return
  const memoryMb = Math.round(process.memoryUsage.rss() / 2 ** 20)
  if (engine.isHung) die({ type: 'hung' })
  else if (memoryMb > request.memoryLimitMb) die({ type: 'too-large', memoryMb })
}

/** Ends this process without asking FFmpeg, which may never answer: an orderly exit would wait for it. */
function die(because: FromMediaWorker): void {
  clearInterval(alive)
  host.send(because)
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100)
}

try {
  players = await import('./players.ts')
  engine = new players.MediaEngine()
} catch (error) {
  host.send({ type: 'cannot-run', reason: (error as Error).message.split('\n')[0] as string })
}
const alive = setInterval(look, aliveEveryMs)
host.ready()
