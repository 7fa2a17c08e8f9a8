import { toneSampleRate } from '../../../platform/test-card/test-tone.ts'
import type { MediaStores } from '../../native/media-stores.ts'
import type { SourceReport, StartSource } from '../running-source.ts'
import { createDrawnProcess, type DrawnProcess } from './drawn-process.ts'
import { drawnKinds } from './kinds.ts'

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
    const report = (told: SourceReport): void => {
      if (!stopped) context.report(told)
    }
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
        memory: undefined,
      },
      report,
    )
    return {
      ...(pictures && { pictures }),
      ...(sound && { sound }),
      update: member.update,
      show: member.show,
      command: member.command,
      async stop() {
        if (stopped) return
        stopped = true
        await member.leave()
        pictures?.close()
        sound?.close()
      },
    }
  }
}
