import type { MediaStores } from '../../../../media/worker/stores/media-stores.ts'
import { toneSampleRate } from '../../../../media/worker/test-card/test-tone.ts'
import { AppError } from '../../../../platform/errors.ts'
import { drawnKinds } from '../../../document/kinds/drawn.ts'
import type { StartSource } from '../running-source.ts'
import { createDrawnProcess, type DrawnProcess } from './drawn-process.ts'

/** One process for each studio: its stores represent it here, so that nothing has to be handed through to every source. */
const processes = new WeakMap<MediaStores, DrawnProcess>()

/** How one of the kinds that are drawn starts. */
export function startDrawnSource(kind: string): StartSource<unknown> {
  const has = drawnKinds.find((each) => each.kind === kind)
  return (settings, context) => {
    const { stores } = context
    let process = processes.get(stores)
    if (process === undefined) {
      process = createDrawnProcess(context.log.child({ worker: 'drawn-source' }))
      processes.set(stores, process)
    }
    const frameStore = has?.pictures ? stores.createFrameStore() : undefined
    const audioStore = has?.sound ? stores.createAudioStore(toneSampleRate) : undefined
    let stopped = false
    const member = process.join(
      {
        id: context.id,
        kind,
        settings,
        reach: context.reach,
        frameStore: frameStore?.address,
        audioStore: audioStore?.address,
        shown: context.memory?.shown === true,
        frameRate: context.frameRate,
        clockOriginUs: context.clockOriginUs,
        canvas: context.canvas,
        memory: context.memory,
      },
      {
        onReport(report) {
          if (!stopped) context.report(report)
        },
        onMemory(memory) {
          if (!stopped) context.remember(memory)
        },
      },
    )
    return {
      ...(frameStore && { frameStore }),
      ...(audioStore && { audioStore }),
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
        await member.leave()
        frameStore?.close()
        audioStore?.close()
      },
    }
  }
}
