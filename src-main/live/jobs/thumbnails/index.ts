import type { Logger } from '../../../platform/logger.ts'
import type { StreamDirectory } from '../../hub/stream.ts'
import type { AnyRequest, AnyResponse, LivePart } from '../../live-part.ts'
import { type FilePictures, picturesOfFile } from './file-pictures.ts'
import { LivePictures } from './live-pictures.ts'
import { Pictures } from './pictures.ts'

export interface ThumbnailsDependencies {
  readonly streams: StreamDirectory
  readonly log: Logger
  /** ms between two pictures of a live stream; 0 makes none. */
  readonly everyMs: number
  /** File of the worker process; found beside this module when left out. */
  readonly workerEntry?: string | URL
}

/** JPEGs of live streams and of files. */
export interface Thumbnails extends LivePart {
  /** Poster and scrubbing pictures of a file; undefined where none can be made. */
  ofFile(file: { path: string; durationMs: number; width: number; height: number }): Promise<FilePictures | undefined>
}

/** How long the pictures of a run are kept after its end, ms: as long as its media, and some. */
const keptAfterEndMs = 60_000
const address = /^\/live\/([a-z0-9][a-z0-9_-]{0,63})\/(thumbnail\.jpg|sprites\.vtt|sprites-([A-Za-z0-9_-]{1,64})-(\d{1,6})\.jpg)$/

/** Makes the part; its process runs only while pictures are made. */
export function createThumbnails(dependencies: ThumbnailsDependencies): Thumbnails {
  const pictures = new Pictures(dependencies.log, dependencies.workerEntry)
  const byName = new Map<string, LivePictures>()
  const timers = new Set<NodeJS.Timeout>()
  let leave: () => void = () => undefined
  return {
    ofFile: (file) => picturesOfFile(pictures, file),
    start() {
      if (dependencies.everyMs === 0) return
      leave = dependencies.streams.onActive((stream) => {
        const known = byName.get(stream.name)
        if (known?.stream === stream) return
        const made = new LivePictures(stream, pictures, dependencies.everyMs, () => {
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
      await pictures.stop()
    },
    handleHttp(request, response) {
      const url = request.url ?? ''
      const mark = url.indexOf('?')
      const path = mark < 0 ? url : url.slice(0, mark)
      if (!path.endsWith('.jpg') && !path.endsWith('.vtt')) return false
      const match = address.exec(path)
      if (!match) return false
      const made = byName.get(match[1] as string)
      if (match[2] === 'thumbnail.jpg') send(request, response, made?.newest, 'image/jpeg', 'no-cache')
      else if (match[2] === 'sprites.vtt') send(request, response, made && Buffer.from(made.track()), 'text/vtt; charset=utf-8', 'no-cache')
      else {
        const sheet = made?.stream.epoch === match[3] ? made?.sheet(Number(match[4])) : undefined
        send(request, response, sheet, 'image/jpeg', 'public, max-age=3600')
      }
      return true
    },
  }
}

function send(request: AnyRequest, rawResponse: AnyResponse, body: Uint8Array | undefined, type: string, caching: string): void {
  const response = rawResponse as import('node:http').ServerResponse
  const open = { 'access-control-allow-origin': '*', 'x-content-type-options': 'nosniff' }
  if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { ...open, allow: 'GET, HEAD' }).end()
  else if (body === undefined) response.writeHead(404, { ...open, 'cache-control': 'no-store' }).end()
  else {
    response.writeHead(200, { ...open, 'content-type': type, 'content-length': body.length, 'cache-control': caching })
    response.end(request.method === 'HEAD' ? undefined : body)
  }
}
