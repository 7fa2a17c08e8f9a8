import { AppError } from '../../../platform/errors.ts'
import { toneSampleRate } from '../../../platform/test-card/test-tone.ts'
import type { MediaStores } from '../../native/media-stores.ts'
import { KeptText } from '../kept-text.ts'
import type { StartSource } from '../running-source.ts'
import { createDrawnProcess, type DrawnProcess } from './drawn-process.ts'
import { drawnKinds } from './kinds.ts'
import type { SourceMemory } from './messages.ts'

/** One process for each studio: its stores stand for it here, so that nothing has to be handed through to every source. */
const processes = new WeakMap<MediaStores, DrawnProcess>()

/** How one of the kinds that are drawn begins. */
export function startDrawnSource(kind: string): StartSource<unknown> {
  const has = drawnKinds.find((each) => each.kind === kind)
  return (settings, context) => {
    const { stores } = context
    let process = processes.get(stores)
    if (process === undefined) {
      process = createDrawnProcess(context.log.child({ worker: 'drawn-source' }))
      processes.set(stores, process)
    }
    const pictures = has?.pictures ? stores.createFrameStore() : undefined
    const sound = has?.sound ? stores.createSoundStore(toneSampleRate) : undefined
    let stopped = false
    const kept = new KeptText(context.folder, `${context.id}.drawn`)
    const member = process.join(
      {
        id: context.id,
        kind,
        settings,
        pictures: pictures?.address,
        sound: sound?.address,
        shown: false,
        frameRate: context.frameRate,
        clockOriginUs: context.clockOriginUs,
        canvas: context.canvas,
        memory: readMemory(kept.read()),
      },
      {
        onReport(report) {
          if (!stopped) context.report(report)
        },
        onMemory(memory) {
          if (!stopped) kept.keep(JSON.stringify(memory))
        },
      },
    )
    return {
      ...(pictures && { pictures }),
      ...(sound && { sound }),
      update: member.update,
      show: member.show,
      command(name, details) {
        // The only one that needs more than its name.
        const { ms } = details
        if (name === 'add' && (typeof ms !== 'number' || !Number.isFinite(ms)))
          throw new AppError('request.invalid', 'ms is a number of milliseconds')
        member.command(name, details)
      },
      async stop() {
        if (stopped) return
        stopped = true
        // What was ended by intent begins anew the next time.
        kept.forget()
        await member.leave()
        pictures?.close()
        sound?.close()
      },
    }
  }
}

function readMemory(text: string): SourceMemory | undefined {
  try {
    const memory: unknown = JSON.parse(text)
    return typeof memory === 'object' && memory !== null ? (memory as SourceMemory) : undefined
  } catch {
    return undefined
  }
}
