import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { OutgoingHttpHeaders } from 'node:http'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { entityTag, readRange } from '../../platform/http/byte-range.ts'
import type { Logger } from '../../platform/logger.ts'
import type { LiveRequest } from '../http/live-request.ts'
import { answerHeaders, header, sendMethodRejected, sendPreflight, sendProblem } from '../http/response.ts'

/** How long caches keep it without asking again, s: nodes are purged where it is withdrawn. */
const maxAgeS = 3600
/** A viewer that takes nothing for so long is closed, ms. */
const idleMs = 30_000

/** A file that whoever may watch its stream may fetch. */
export interface PublishedFile {
  readonly path: string
  /** Media type. */
  readonly type: string
  /** By which nodes purge it. */
  readonly cacheTag: string
}

/** Answers with a file that is published, whole or in ranges. Access has been checked: it is that of its stream. */
export function sendPublished(
  { request, response }: LiveRequest,
  find: () => PublishedFile | undefined,
  codes: { readonly unknown: 'recording.not_found' | 'clip.not_found'; readonly missing: 'recording.file_missing' | 'clip.not_found' },
  log: Logger,
): void {
  const { method } = request
  if (method === 'OPTIONS') {
    sendPreflight(response)
    return
  }
  if (method !== 'GET' && method !== 'HEAD') {
    sendMethodRejected(response)
    return
  }
  const file = find()
  if (file === undefined) {
    sendProblem(response, codes.unknown, { status: 404 })
    return
  }
  const { path, type, cacheTag } = file
  const answer = async (): Promise<void> => {
    const facts = await stat(path).catch(() => undefined)
    if (response.destroyed) return
    if (facts === undefined) {
      sendProblem(response, codes.missing, { status: 404 })
      return
    }
    const etag = entityTag(facts)
    const about: OutgoingHttpHeaders = {
      'accept-ranges': 'bytes',
      etag,
      'last-modified': facts.mtime.toUTCString(),
      'cache-tag': cacheTag,
      'cross-origin-resource-policy': 'cross-origin',
    }
    const headers = (length: number, more: OutgoingHttpHeaders = {}): OutgoingHttpHeaders =>
      answerHeaders(type, `public, max-age=${maxAgeS}`, length, { ...about, ...more })
    if (header(request, 'if-none-match') === etag) {
      response.writeHead(304, about)
      response.end()
      return
    }
    const condition = header(request, 'if-range')
    const isOther = condition !== '' && condition !== etag
    const range = isOther ? 'whole' : readRange(request.headers.range, facts.size)
    if (range === 'unsatisfiable') {
      response.writeHead(416, headers(0, { 'content-range': `bytes */${facts.size}` }))
      response.end()
      return
    }
    const { start, end } = range === 'whole' ? { start: 0, end: facts.size - 1 } : range
    const part = range === 'whole' ? {} : { 'content-range': `bytes ${start}-${end}/${facts.size}` }
    response.writeHead(range === 'whole' ? 200 : 206, headers(end - start + 1, part))
    if (method === 'HEAD' || facts.size === 0) {
      response.end()
      return
    }
    response.setTimeout(idleMs, () => response.destroy())
    // who leaves in between is no fault
    await pipeline(createReadStream(path, { start, end }), response as unknown as Writable).catch(() => response.destroy())
  }
  answer().catch((error) => {
    log.error({ err: error, file: cacheTag }, 'a published file could not be sent')
    response.destroy()
  })
}
