import { createReadStream, type Stats } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, normalize, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { overlayHeaders, pageHeaders } from './security-headers.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

export interface StaticFiles {
  /** Answers a GET or HEAD for the page. */
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>
}

/**
 * Serves the built page. Files under `assets/` carry a hash in their name and never change; `index.html`
 * answers every path of the application, `watch.html` those of the player, `overlay.html` those of overlays.
 */
export function createStaticFiles(root: string, mediaOrigin: () => string): StaticFiles {
  return {
    async serve(request, response, path) {
      const framed = path.startsWith('/embed/')
      const found = await find(root, path)
      const headers: Record<string, string> = path.startsWith('/overlay/') ? { ...overlayHeaders } : pageHeaders(mediaOrigin(), framed)
      if (!found) {
        const missing = (await statFile(join(root, 'index.html'))) === undefined
        const text = missing ? 'The page has not been built. Run: npm run build\n' : 'Not found\n'
        response
          .writeHead(missing ? 503 : 404, { ...headers, 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' })
          .end(text)
        return
      }
      const coded = await precompressed(found.file, String(request.headers['accept-encoding'] ?? ''))
      const file = coded?.file ?? found.file
      const size = coded?.stats.size ?? found.stats.size
      const etag = `"${Math.round(found.stats.mtimeMs).toString(36)}-${found.stats.size.toString(36)}${coded ? `-${coded.coding}` : ''}"`
      const immutable = path.startsWith('/assets/')
      Object.assign(headers, {
        'content-type': types[extname(found.file)] ?? 'application/octet-stream',
        'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
        etag,
        vary: 'accept-encoding',
      })
      if (request.headers['if-none-match'] === etag) {
        response.writeHead(304, headers).end()
        return
      }
      if (coded) headers['content-encoding'] = coded.coding
      headers['content-length'] = String(size)
      response.writeHead(200, headers)
      if (request.method === 'HEAD') {
        response.end()
        return
      }
      // A client that left while the file was looked for would never close it.
      if (response.destroyed) return
      await pipeline(createReadStream(file), response).catch(() => response.destroy())
    },
  }
}

interface Found {
  readonly file: string
  readonly stats: Stats
}

async function find(root: string, path: string): Promise<Found | undefined> {
  let decoded: string
  try {
    decoded = decodeURIComponent(path)
  } catch {
    return undefined
  }
  if (decoded.includes('\0')) return undefined
  if (decoded.startsWith('/watch/') || decoded.startsWith('/embed/')) return statFile(join(root, 'watch.html'))
  if (decoded.startsWith('/overlay/')) return statFile(join(root, 'overlay.html'))
  const file = normalize(join(root, decoded))
  if (decoded !== '/' && file.startsWith(root + sep)) {
    const found = await statFile(file)
    if (found) return found
  }
  return extname(decoded) === '' ? statFile(join(root, 'index.html')) : undefined
}

async function statFile(file: string): Promise<Found | undefined> {
  const stats = await stat(file).catch(() => undefined)
  return stats?.isFile() ? { file, stats } : undefined
}

async function precompressed(file: string, accepted: string): Promise<(Found & { coding: string }) | undefined> {
  for (const [coding, suffix] of [
    ['br', '.br'],
    ['gzip', '.gz'],
  ] as const) {
    if (!accepted.includes(coding)) continue
    const found = await statFile(file + suffix)
    if (found) return { ...found, coding }
  }
  return undefined
}
