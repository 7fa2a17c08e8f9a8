import type { MediaShare, MediaShares, SharedMedia, ShareListener, TakenShare } from '../../../../media/media-shares.ts'
import { isStreamName } from '../../../../media/stream-name.ts'
import type { Collection } from '../../../document/collection.ts'
import { findSourceKind } from '../../../document/kinds/source-kinds.ts'
import type { StudioEngine } from '../../engine/studio-engine.ts'
import { findOverlayKind } from '../../pages/overlays/kinds/overlay-kinds.ts'
import type { SideSources } from './side-sources.ts'
import { restarting, takeShared } from './take-shared.ts'

export interface StudioSharesDependencies {
  /** Of the open show. */
  readonly engine: Pick<StudioEngine, 'state' | 'showFrames' | 'shareMedia' | 'onEvent'>
  readonly side: SideSources
  readonly collection: () => Collection | undefined
  readonly overlays: () => readonly { readonly id: string; readonly name: string; readonly kind: string }[]
  /** Names of the streams that can be watched now. */
  readonly streams: () => readonly string[]
}

/** Track of the mixer that goes with a canvas. */
const canvasTrack = 1
const notOpen = 'No collection is open in the studio'

/** What programs of this machine may take of the studio: canvases and sources of the open show, overlays, and streams of the host. */
export class StudioShares implements MediaShares {
  readonly #dependencies: StudioSharesDependencies

  constructor(dependencies: StudioSharesDependencies) {
    this.#dependencies = dependencies
  }

  list(): readonly MediaShare[] {
    const { collection, overlays, streams } = this.#dependencies
    const { canvases = [], sources = [] } = collection() ?? {}
    const shown = sources.filter(({ kind }) => {
      const description = findSourceKind(kind)
      return description?.pictures === true || description?.sound === true
    })
    return [
      ...canvases.map(({ id, name }) => share('canvas', id, name)),
      ...overlays().map(({ id, name }) => share('overlay', id, name)),
      ...streams().map((name) => share('stream', name, name)),
      ...shown.map(({ id, name }) => share('source', id, name)),
    ]
  }

  take(id: string, listener: ShareListener): TakenShare {
    const at = id.indexOf(':')
    const [kind, of] = [id.slice(0, at), id.slice(at + 1)]
    const { engine, side, overlays } = this.#dependencies
    if (kind === 'canvas') return this.#takeCanvas(of, listener)
    if (kind === 'source') return this.#whileOpen(listener, (listening) => takeShared(engine, `source:${of}`, listening))
    const overlay = kind === 'overlay' ? overlays().find((each) => each.id === of) : undefined
    if (overlay !== undefined) {
      const { width = 1920, height = 1080 } = findOverlayKind(overlay.kind) ?? {}
      return side.take({ overlay: of, width, height }, listener)
    }
    if (kind === 'stream' && isStreamName(of)) return side.take({ stream: of }, listener)
    listener.onNone(`There is no ${id}`)
    return { close() {} }
  }

  #takeCanvas(canvas: string, listener: ShareListener): TakenShare {
    const { engine } = this.#dependencies
    return this.#whileOpen(listener, (listening) => {
      let frames: string | undefined
      let audio: SharedMedia['audio'] | undefined
      const report = (): void => {
        if (frames !== undefined && audio !== undefined) listening.onMedia({ frames, audio })
      }
      const shown = engine.showFrames(canvas, {
        onStores({ address }) {
          // Reported again where size or rate changed: the frames say so themselves.
          if (frames === address) return
          frames = address
          report()
        },
        onGap() {
          frames = undefined
          listening.onNone(restarting)
        },
        onFault(problem) {
          frames = undefined
          listening.onNone(problem)
        },
      })
      const track = takeShared(engine, `track:${canvasTrack}`, {
        onMedia(media) {
          audio = media.audio
          report()
        },
        onNone(why) {
          audio = undefined
          listening.onNone(why)
        },
      })
      shown.setTaken(true)
      return {
        close() {
          shown.close()
          track.close()
        },
      }
    })
  }

  /** A show that is closed takes its media along without a word. */
  #whileOpen(listener: ShareListener, take: (listening: ShareListener) => TakenShare): TakenShare {
    const { engine } = this.#dependencies
    if (engine.state === 'off') listener.onNone(notOpen)
    const taken = take(listener)
    const leave = engine.onEvent((event) => {
      if (event.kind === 'state' && event.state === 'off') listener.onNone(notOpen)
    })
    return {
      close() {
        leave()
        taken.close()
      },
    }
  }
}

function share(kind: MediaShare['kind'], id: string, name: string): MediaShare {
  return { id: `${kind}:${id}`, kind, name }
}
