import type { SourceReport } from '../../../../media/source-report.ts'
import { AppError } from '../../../../platform/errors.ts'
import { type SupervisedWorker, superviseWorker } from '../../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../../platform/workers/worker-file.ts'
import type { RunningSource, SourceContext } from '../running-source.ts'
import type { SourceReach } from '../source-reach.ts'
import { writeAwayFrame } from './away-frame.ts'
import type { FromMediaWorker, PlayPosition, PlayRequest, ToMediaWorker, WhileAway } from './messages.ts'
import { fromMemory, matchesPosition, type TwoClocks, toMemory } from './play-memory.ts'

/** A process that is silent for this long hangs, ms. */
const silenceMs = 1500
/** It may take so long to start, on a machine that is busy, ms. */
const startMs = 15_000
/** Deaths in a row on the same input after which a person must help, and how long a run must last to count as good, ms. */
const maxDeaths = 3
const goodRunMs = 20_000
/** How long a process may take to end by itself, ms; twice that at most. */
const graceMs = 400
/** What waits for something is planned again after so long, ms. */
const planAgainMs = 2000
/** A stream of this host that went away may be back: asked after so long, ms. */
const askAgainMs = 500
const restart = { firstMs: 50, maxMs: 2000, goodAfterMs: goodRunMs }

/** What a kind says of its settings. */
export type PlayPlan =
  | { readonly request: PlayRequest /** Nobody seeing it, it has no process. */; readonly closesHidden: boolean }
  | { readonly problem: string; readonly waits?: boolean; readonly whileAway?: WhileAway }

/** What the worker is started with: little memory of its own, and few threads. */
const environment = {
  NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=192',
  MALLOC_ARENA_MAX: '2',
  UV_THREADPOOL_SIZE: '4',
}

/**
 * A source that FFmpeg reads, in a process of its own that is started again when it dies, hangs or grows too large.
 * @param plan makes of settings, and what may be used of what they name, what is to be played; may ask for a URL
 */
export function startMediaSource<Settings>(
  settings: Settings,
  context: SourceContext,
  plan: (settings: Settings, reach: SourceReach) => Promise<PlayPlan>,
): RunningSource {
  const { stores, log, report } = context
  const frameStore = stores.createFrameStore()
  const audioStore = stores.createAudioStore(48_000)
  const { numerator, denominator } = context.frameRate
  const clock = { originUs: context.clockOriginUs, periodUs: (1e6 * denominator) / numerator }
  let request: PlayRequest | undefined
  let closesHidden = false
  /** Of the process before this one: used for what is played first. */
  let memory = context.memory
  let shown = memory?.shown === true
  let worker: SupervisedWorker<ToMediaWorker> | undefined
  let ending: Promise<void> = Promise.resolve()
  let stopped = false
  /** Counts plans: an answer that was overtaken by newer settings is not used. */
  let planned = 0
  let deaths = 0
  /** The next death is not counted: a URL or a network share that hangs may do so for hours. */
  let comesBackAnyway = false
  /** Memory that made the process end, MiB. */
  let tooLargeMb = 0
  let planTimer: NodeJS.Timeout | undefined
  let startedAt = 0
  let position: PlayPosition | undefined
  /** What is kept of it. */
  let kept = memory
  let last: SourceReport = { state: 'starting' }

  function notify(next: SourceReport): void {
    last = next
    report(next)
  }

  const now = (): TwoClocks => ({ us: stores.nowUs(), ms: Date.now() })

  /** It is there now; undefined: nowhere. */
  function stand(at: PlayPosition | undefined): void {
    position = at
    if (at === undefined || request?.type !== 'files') {
      if (kept !== undefined) context.remember(undefined)
      kept = undefined
    } else if (!matchesPosition(request, kept, at, now())) {
      kept = toMemory(request, at, now())
      context.remember(kept)
    }
  }

  function begin(): void {
    if (worker !== undefined || request === undefined || stopped) return
    notify({ state: 'starting' })
    worker = superviseWorker<FromMediaWorker, ToMediaWorker>({
      entry: workerFile('media-source'),
      // Who looks at the processes of this machine sees which source it is.
      args: [context.id],
      env: environment,
      log,
      silenceMs,
      startMs,
      restart,
      onReady() {
        startedAt = performance.now()
        if (request === undefined) return
        worker?.send({
          type: 'start',
          request,
          frameStore: frameStore.address,
          audioStore: audioStore.address,
          clock,
          shown,
          resume: position,
        })
      },
      onMessage,
      onExit: ({ code, signal, restartInMs }) => onExit(code, signal, restartInMs !== undefined),
    })
  }

  function onMessage(message: FromMediaWorker): void {
    if (message.type === 'report') {
      // One that opens its file does not are there yet.
      if (message.report.state !== 'starting') stand(message.position)
      notify(message.report)
    } else if (message.type === 'away') {
      close()
      clearTimeout(planTimer)
      planTimer = setTimeout(() => void follow(present), askAgainMs)
    } else if (message.type === 'cannot-run') {
      close()
      notify({ state: 'failed', problem: `The media engine does not load (${message.reason}): \`streams doctor\` tells what is missing` })
    } else if (message.type === 'hung') {
      comesBackAnyway = true
      notify({ ...last, state: 'waiting', problem: 'Reading it does not end: it is opened again' })
    } else if (message.type === 'too-large') {
      log.warn({ memoryMb: message.memoryMb }, 'a media source takes too much memory')
      tooLargeMb = message.memoryMb
      notify({ ...last, state: 'starting', problem: `It took ${message.memoryMb} MiB of memory and is restarted` })
    }
  }

  function onExit(code: number | null, signal: NodeJS.Signals | null, comesBack: boolean): void {
    if (!comesBack) return
    if (comesBackAnyway) {
      comesBackAnyway = false
      return
    }
    if (performance.now() - startedAt > goodRunMs) deaths = 0
    deaths++
    const how = tooLargeMb > 0 ? `took ${tooLargeMb} MiB` : signal ? `was ended by ${signal}` : `ended with code ${code}`
    tooLargeMb = 0
    if (deaths < maxDeaths) {
      notify({ ...last, state: 'starting', problem: `The process that plays it ${how}: it is restarted` })
      return
    }
    close()
    frameStore.clear()
    notify({
      state: 'failed',
      problem: `The process that plays it died ${deaths} times in a row on this (it last ${how}): change the settings, or tell it to retry`,
    })
  }

  function close(): void {
    const closing = worker
    worker = undefined
    if (closing) ending = ending.then(() => closing.stop(graceMs))
  }

  async function follow(next: Settings): Promise<void> {
    const mine = ++planned
    clearTimeout(planTimer)
    const made = await plan(next, reach).catch((error: Error): PlayPlan => ({ problem: error.message, waits: true }))
    if (mine !== planned || stopped) return
    deaths = 0
    if ('problem' in made) {
      request = undefined
      close()
      if (made.whileAway === 'placeholder') writeAwayFrame(frameStore, stores.nowUs())
      else if (made.whileAway !== 'last') frameStore.clear()
      notify({ state: made.waits === true ? 'waiting' : 'failed', problem: made.problem })
      if (made.waits === true) planTimer = setTimeout(() => void follow(next), planAgainMs)
      return
    }
    const isOther = request === undefined || JSON.stringify(request) !== JSON.stringify(made.request)
    request = made.request
    closesHidden = made.closesHidden
    if (isOther) {
      stand(fromMemory(request, memory, now()))
      memory = undefined
      worker?.send({ type: 'update', request })
    }
    settle()
  }

  /** Has a process where one is wanted. */
  function settle(): void {
    if (request === undefined || stopped) return
    if (shown || !closesHidden) begin()
    else {
      close()
      frameStore.clear()
      stand(undefined)
      notify({ state: 'paused', details: { closed: true } })
    }
  }

  let present = settings
  let reach = context.reach
  void follow(settings)
  return {
    frameStore,
    audioStore,
    update(next, nextReach) {
      present = next as Settings
      reach = nextReach
      void follow(present)
    },
    show(next) {
      shown = next
      worker?.send({ type: 'show', shown })
      if (closesHidden) settle()
    },
    command(name, details) {
      if (name === 'seek' && !(Number.isFinite(details.ms) && (details.ms as number) >= 0)) throw new AppError('studio.seek_invalid')
      if (name === 'retry' && worker === undefined) void follow(present)
      else worker?.send({ type: 'command', name, details })
    },
    async stop() {
      stopped = true
      clearTimeout(planTimer)
      close()
      await ending
      frameStore.close()
      audioStore.close()
    },
  }
}
