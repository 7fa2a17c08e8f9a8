import type { Packet, Track, VideoTrack } from '../../../formats/track.ts'
import type { LiveStream, StreamSubscriber } from '../../../media/live-stream.ts'
import type { ImageMaker } from './image-maker.ts'
import type { TileSize } from './messages.ts'
import { type SpriteCue, tileSize, writeSpriteTrack } from './sprite-track.ts'

/** Images per row, and rows, of a sheet. */
const columns = 5
const tilesPerSheet = 25
/** Sheets that are kept of a stream: over three hours at one image in ten seconds. */
const maxSheets = 48

interface Sheet {
  readonly number: number
  readonly timesS: number[]
  readonly size: TileSize
  jpeg: Uint8Array | undefined
}

/** The images of one run of a stream: the newest one, and small ones of its past for scrubbing. Only keyframes are decoded. */
export class LiveImages implements StreamSubscriber {
  readonly stream: LiveStream
  readonly #maker: ImageMaker
  readonly #everyS: number
  readonly #onEnd: () => void
  #leader: VideoTrack | undefined
  #nextS = 0
  #busy = false
  #newest: Uint8Array | undefined
  #sheets: Sheet[] = []
  /** Raw images of the newest sheet. */
  #tiles: Uint8Array[] = []
  #count = 0

  constructor(stream: LiveStream, maker: ImageMaker, everyMs: number, onEnd: () => void) {
    this.stream = stream
    this.#maker = maker
    this.#everyS = everyMs / 1000
    this.#onEnd = onEnd
    stream.subscribe(this, { from: 'keyframe' })
  }

  onTrack(track: Track): void {
    if (track.kind === 'video' && (this.#leader === undefined || this.#leader.id === track.id)) this.#leader = track
  }

  onPacket(packet: Packet): void {
    if (!packet.key || packet.track.id !== this.#leader?.id || this.#busy) return
    const atS = packet.pts / packet.track.timescale
    if (atS < this.#nextS) return
    this.#nextS = atS + this.#everyS - 0.05
    this.#busy = true
    void this.#take(packet.track as VideoTrack, packet.data, atS).finally(() => {
      this.#busy = false
    })
  }

  onDiscontinuity(): void {
    // Times continue over a seam, and so do the images.
  }

  onEnd(): void {
    this.#onEnd()
  }

  /** The newest image, JPEG. */
  get newest(): Uint8Array | undefined {
    return this.#newest
  }

  /** A sheet by its number, JPEG. */
  sheet(number: number): Uint8Array | undefined {
    return this.#sheets.find((each) => each.number === number)?.jpeg
  }

  /** The track of small images; times are seconds on the stream's timeline. */
  track(): string {
    const cues: SpriteCue[] = []
    for (const sheet of this.#sheets) {
      if (sheet.jpeg === undefined) continue
      const made = sheet.timesS.length
      for (const [index, startS] of sheet.timesS.entries()) {
        cues.push({
          startS,
          endS: startS + this.#everyS,
          sheet: `sprites-${this.stream.epoch}-${sheet.number}.jpg?n=${made}`,
          x: (index % columns) * sheet.size.width,
          y: Math.floor(index / columns) * sheet.size.height,
          size: sheet.size,
        })
      }
    }
    for (let i = 0; i + 1 < cues.length; i++) cues[i] = { ...(cues[i] as SpriteCue), endS: (cues[i + 1] as SpriteCue).startS }
    const { epoch, originTimeMs } = this.stream
    const note = `epoch=${epoch} originTimeMs=${originTimeMs.toFixed(3)} origin=${new Date(originTimeMs).toISOString()}`
    return writeSpriteTrack(cues, note)
  }

  async #take(track: VideoTrack, data: Uint8Array, atS: number): Promise<void> {
    const size = tileSize(track.width, track.height, track.pixelAspect)
    const made = await this.#maker.make({ type: 'frame', track, data, size })
    if (made === undefined) return
    this.#newest = made.jpeg
    if (made.tile === undefined) return
    let sheet = this.#sheets.at(-1)
    // Images of another size get another sheet.
    if (sheet === undefined || sheet.timesS.length >= tilesPerSheet || sheet.size.height !== size.height) {
      sheet = { number: this.#count++, timesS: [], size, jpeg: undefined }
      this.#tiles = []
      this.#sheets.push(sheet)
      if (this.#sheets.length > maxSheets) this.#sheets.shift()
    }
    this.#tiles.push(made.tile)
    const drawn = await this.#maker.make({ type: 'sheet', tiles: this.#tiles, size, columns })
    if (drawn === undefined) {
      this.#tiles.pop()
      return
    }
    sheet.timesS.push(atS)
    sheet.jpeg = drawn.jpeg
  }
}
