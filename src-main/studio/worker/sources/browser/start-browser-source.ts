import { superviseWorker } from '../../../../platform/workers/supervise-worker.ts'
import { workerFile } from '../../../../platform/workers/worker-file.ts'
import type { BrowserSettings } from '../../../document/kinds/browser.ts'
import type { StartSource } from '../running-source.ts'
import type { FromPage, ToPage } from './messages.ts'
import { readInput } from './page-input.ts'

/** Hz of what pages play. */
const audioRate = 48_000
/** Silence after which the page's process counts as hung, ms. */
const silenceMs = 8000

/** A page of the web, with a process of its own that rules a browser of its own. */
export const startBrowser: StartSource<BrowserSettings> = (first, context) => {
  const frameStore = context.stores.createFrameStore()
  const audioStore = context.stores.createAudioStore(audioRate)
  let settings = first
  let { reach } = context
  let shown = false
  let stopped = false
  const worker = superviseWorker<FromPage, ToPage>({
    entry: workerFile('browser-source'),
    // Who looks at the processes of this machine sees which source it is.
    args: [context.id],
    log: context.log.child({ worker: 'browser-source' }),
    onMessage: ({ report }) => {
      if (!stopped) context.report(report)
    },
    onReady: () =>
      void worker.send({ type: 'open', settings, reach, shown, frameStore: frameStore.address, audioStore: audioStore.address }),
    onExit: ({ restartInMs }) => {
      if (restartInMs !== undefined) context.report({ state: 'starting', problem: "The page's process ended: it is restarted" })
    },
    restart: { firstMs: 200, maxMs: 10_000, goodAfterMs: 20_000 },
    silenceMs,
  })
  return {
    frameStore,
    audioStore,
    update(next, nextReach) {
      settings = next as BrowserSettings
      reach = nextReach
      worker.send({ type: 'update', settings, reach })
    },
    show(now) {
      shown = now
      worker.send({ type: 'show', shown })
    },
    command: (name, details) => void worker.send({ type: 'input', input: readInput(name, details) }),
    async stop() {
      if (stopped) return
      stopped = true
      await worker.stop(800)
      frameStore.close()
      audioStore.close()
    },
  }
}
