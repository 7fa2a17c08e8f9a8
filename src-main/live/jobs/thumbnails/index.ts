import type { Logger } from '../../../platform/logger.ts'
import type { LiveRequest } from '../../http/live-request.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import type { LivePart } from '../../live-part.ts'
import { type FileImages, imagesOfFile } from './file-images.ts'
import { ImageMaker } from './image-maker.ts'
import { LiveImages } from './live-images.ts'

export interface ThumbnailsDependencies {
  readonly streams: StreamDirectory
  readonly log: Logger
  /** ms between two images of a live stream; 0 turns them off. */
  readonly everyMs: number
  /** File of the worker process; found beside this module when left out. */
  readonly workerEntry?: string | URL
}

/** JPEGs of live streams and of files. */
export interface Thumbnails extends LivePart {
  /** Poster and scrubbing images of a file; undefined where none can be made. */
  ofFile(file: { path: string; durationMs: number; width: number; height: number }): Promise<FileImages | undefined>
}

/** How long the images of a run are kept after its end, ms: a little longer than its media. */
const keptAfterEndMs = 60_000

/** Makes the part; its process runs only while images are made. */
export function createThumbnails(dependencies: ThumbnailsDependencies): Thumbnails {
  const maker = new ImageMaker(dependencies.log, dependencies.workerEntry)
  const byName = new Map<string, LiveImages>()
  const timers = new Set<NodeJS.Timeout>()
  let leave: () => void = () => undefined
  return {
    ofFile: (file) => imagesOfFile(maker, file),
    start() {
      if (dependencies.everyMs === 0) return
      leave = dependencies.streams.onActive((stream) => {
        const known = byName.get(stream.name)
        if (known?.stream === stream) return
        const made = new LiveImages(stream, maker, dependencies.everyMs, () => {
          const timer = setTimeout(() => {
            timers.delete(timer)
            if (byName.get(stream.name) === made) byName.delete(stream.name)
          }, keptAfterEndMs)
          timer.unref()
          timers.add(timer)
        })
        byName.set(stream.name, made)
      })
    },
    async stop() {
      leave()
      for (const timer of timers) clearTimeout(timer)
      await maker.stop()
    },
    resources: {
      'thumbnail': (live) => send(live, byName.get(live.url.stream)?.newest, 'image/jpeg', 'no-cache'),
      'sprites': (live) => {
        const made = byName.get(live.url.stream)
        send(live, made && Buffer.from(made.track()), 'text/vtt; charset=utf-8', 'no-cache')
      },
      'sprite-sheet': (live, { of, sheet }) => {
        const made = byName.get(live.url.stream)
        send(live, made?.stream.epoch === of ? made.sheet(sheet) : undefined, 'image/jpeg', 'public, max-age=3600')
      },
    },
  }
}

function send({ request, response }: LiveRequest, body: Uint8Array | undefined, type: string, caching: string): void {
  const open = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' }
  if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { ...open, allow: 'GET, HEAD' })
  else if (body === undefined) response.writeHead(404, { ...open, 'cache-control': 'no-store' })
  else {
    response.writeHead(200, { ...open, 'content-type': type, 'content-length': body.length, 'cache-control': caching })
    if (request.method === 'GET') {
      response.end(body)
      return
    }
  }
  response.end()
}
