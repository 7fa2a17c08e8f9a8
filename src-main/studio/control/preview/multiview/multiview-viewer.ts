import type { SocketClient, SocketSession } from '../../../../platform/routes/sockets.ts'
import { type TileHeight, type TileImage, tileHeights } from '../../engine/studio-engine.ts'
import type { MultiviewFeed, TileListener } from './multiview-feed.ts'

/** Tiles that one client may look at. */
const maxTilesOfOne = 16
/** Bytes that may wait for a client: more images are left out until they are taken. */
const maxWaitingBytes = 256 * 1024
/** Between two looks at whether a slow client takes what was left out, ms. */
const retryMs = 250
const idPattern = /^(?:scene|source):[^\s:]{1,64}$/

/** One page that looks at tiles. Where it is slow it gets fewer images, each the newest; what waits for it is bounded. */
export class MultiviewViewer implements TileListener, SocketSession {
  readonly isEditor: boolean
  readonly #client: SocketClient
  readonly #feed: MultiviewFeed
  readonly #leave: () => void
  /** The newest of each tile that was left out. */
  readonly #leftOut = new Map<string, TileImage>()
  #tiles: readonly string[] = []
  #height: TileHeight = 180
  #timer: NodeJS.Timeout | undefined

  constructor(client: SocketClient, feed: MultiviewFeed, isEditor: boolean) {
    this.#client = client
    this.#feed = feed
    this.isEditor = isEditor
    this.#leave = feed.add(this)
  }

  get tiles(): readonly string[] {
    return this.#tiles
  }

  get height(): TileHeight {
    return this.#height
  }

  onTile(tile: TileImage): void {
    if (this.#client.waitingBytes > maxWaitingBytes) {
      this.#leftOut.set(tile.id, tile)
      this.#timer ??= setTimeout(() => this.#sendLeftOut(), retryMs).unref()
      return
    }
    this.#leftOut.delete(tile.id)
    this.#client.send(message(tile))
  }

  onMessage(text: string): void {
    const wanted = readTiles(text)
    if (wanted === undefined) {
      this.#client.close(1008, 'unknown message')
      return
    }
    this.#tiles = wanted.tiles
    this.#height = wanted.height
    this.#leftOut.clear()
    this.#feed.changed(this)
  }

  onClose(): void {
    clearTimeout(this.#timer)
    this.#leftOut.clear()
    this.#leave()
  }

  #sendLeftOut(): void {
    this.#timer = undefined
    for (const tile of [...this.#leftOut.values()]) this.onTile(tile)
  }
}

/** `u8 length of the id, id, JPEG`; without a JPEG there is nothing to see. */
function message({ id, jpeg }: TileImage): Uint8Array {
  const name = Buffer.from(id)
  return Buffer.concat([Buffer.of(name.length), name, jpeg ?? Buffer.alloc(0)])
}

function readTiles(text: string): Pick<TileListener, 'tiles' | 'height'> | undefined {
  try {
    const { type, tiles, height = 180 } = JSON.parse(text) as { type?: unknown; tiles?: unknown; height?: unknown }
    const lines = tileHeights.find((each) => each === height)
    if (lines === undefined) return undefined
    if (type !== 'tiles' || !Array.isArray(tiles) || tiles.length > maxTilesOfOne) return undefined
    const known = tiles.filter((id): id is string => typeof id === 'string' && idPattern.test(id))
    return known.length === tiles.length ? { tiles: [...new Set(known)], height: lines } : undefined
  } catch {
    return undefined
  }
}
