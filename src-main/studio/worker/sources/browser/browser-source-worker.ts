/** The process of one page: it controls a browser, takes its frames and is its audio server. */
import { connectToHost } from '../../../../platform/workers/worker-side.ts'
import { loadCompositor } from '../../compositor/load-compositor.ts'
import { findChromium, startChromium } from './chromium-process.ts'
import type { FromPage, ToPage } from './messages.ts'
import { PageKeeper } from './page-keeper.ts'

const stores = loadCompositor()
let keeper: PageKeeper | undefined

const host = connectToHost<ToPage, FromPage>((message) => {
  switch (message.type) {
    case 'open':
      keeper = new PageKeeper(message.settings, message.reach, message.shown, {
        stores,
        frameStore: stores.openFrameStore(message.frameStore),
        audioStore: stores.openAudioStore(message.audioStore),
        report: (report) => host.send({ type: 'report', report }),
        chromium: { find: findChromium, start: startChromium },
      })
      break
    case 'update':
      keeper?.update(message.settings, message.reach)
      break
    case 'show':
      keeper?.show(message.shown)
      break
    case 'input':
      keeper?.input(message.input)
      break
  }
})
host.stopping.addEventListener('abort', () => {
  keeper?.stop()
  host.end()
})
host.ready()
