/** The process of one media source: FFmpeg reads and decodes here, what comes of it goes into stores that the studio made. */

import { connectToHost } from '../../../../platform/workers/worker-side.ts'
import { loadCompositor } from '../../../native/load-addon.ts'
import type { FromMediaWorker, ToMediaWorker } from '../messages.ts'
import { FilePlayer } from './file-player.ts'
import { LivePlayer } from './live-player.ts'
import { MediaEngine } from './media-engine.ts'
import type { Player, PlayerNeeds } from './player.ts'

const aliveEveryMs = 400
/** FFmpeg may take so long for one call, ms; what is fetched in pieces waits for the next of them. */
const longestCallMs = 12_000
const longestLiveCallMs = 40_000

const stores = loadCompositor()
const engine = new MediaEngine()
let player: Player | undefined
let needs: PlayerNeeds | undefined
let shown = false
let isLive = false
let memoryLimitMb = Number.POSITIVE_INFINITY

function begin(message: Extract<ToMediaWorker, { type: 'start' }>): void {
  shown = message.shown
  memoryLimitMb = message.request.memoryLimitMb
  needs = {
    pictures: stores.openFrameStore(message.pictures),
    sound: stores.openSoundStore(message.sound),
    nowUs: () => stores.nowUs(),
    clock: message.clock,
    engine,
    report: (report, position) => host.send({ type: 'report', report, position }),
  }
  const { request } = message
  isLive = request.type === 'live'
  player = request.type === 'files' ? new FilePlayer(request, shown, message.resume, needs) : new LivePlayer(request, needs)
}

/** New settings that the player cannot follow while it plays: another takes its place. */
async function replace(request: Extract<ToMediaWorker, { type: 'update' }>['request']): Promise<void> {
  const before = player
  player = undefined
  await before?.stop()
  if (needs === undefined || host.stopping.aborted) return
  player = request.type === 'files' ? new FilePlayer(request, shown, undefined, needs) : new LivePlayer(request, needs)
}

/** Messages are dealt with one after the other, also where one takes a while. */
let dealt: Promise<void> = Promise.resolve()

const host = connectToHost<ToMediaWorker, FromMediaWorker>((message) => {
  dealt = dealt.then(() => deal(message))
})

async function deal(message: ToMediaWorker): Promise<void> {
  switch (message.type) {
    case 'start':
      if (player === undefined) begin(message)
      break
    case 'update':
      memoryLimitMb = message.request.memoryLimitMb
      if (player?.update(message.request) === false) await replace(message.request)
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

host.stopping.addEventListener('abort', () => {
  dealt = dealt.then(() => player?.stop()).then(() => host.end())
})
const alive = setInterval(() => {
  host.send({ type: 'alive' })
  if (engine.silentMs > (isLive ? longestLiveCallMs : longestCallMs)) {
    die({ type: 'hung' })
    return
  }
  const memoryMb = Math.round(process.memoryUsage.rss() / 2 ** 20)
  if (memoryMb > memoryLimitMb) die({ type: 'too-large', memoryMb })
}, aliveEveryMs)

/** Ends this process without asking FFmpeg, which may never answer: an orderly exit would wait for it. */
function die(because: FromMediaWorker): void {
  clearInterval(alive)
  host.send(because)
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100)
}
host.ready()
