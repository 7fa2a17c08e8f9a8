import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { OutgoingHttpHeaders } from 'node:http'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { mediaTypes } from '../../../media/files/container.ts'
import { entityTag, readRange } from '../../../platform/http/byte-range.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { LiveRequest } from '../../http/live-request.ts'
import type { ResourceOf } from '../../http/live-url.ts'
import { answerHeaders, header, sendMethodRejected, sendPreflight, sendProblem } from '../../http/response.ts'
import type { RecordingIndex } from './recording-index.ts'

/** How long caches keep it without asking again, s: nodes are purged where it is withdrawn. */
const maxAgeS = 3600
/** A viewer that takes nothing for so long is closed, ms. */
const idleMs = 30_000

export interface PublishedRecordingDependencies {
  readonly index: Pick<RecordingIndex, 'list' | 'path'>
  readonly log: Logger
}

/** Answers with a recording that is published, whole or in ranges. Access has been checked: it is that of its stream. */
export function sendPublished(
  { index, log }: PublishedRecordingDependencies,
  { request, response, url }: LiveRequest,
  { id, container }: ResourceOf<'recording'>,
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
  const recording = index
    .list()
    .find((each) => each.id === id && each.stream === url.stream && each.container === container && each.published)
  if (recording === undefined || recording.deletedAt !== null || recording.state === 'recording' || recording.state === 'failed') {
    sendProblem(response, 'recording.not_found', { status: 404 })
    return
  }
  const path = index.path(recording)
  const answer = async (): Promise<void> => {
    const facts = await stat(path).catch(() => undefined)
    if (response.destroyed) return
    if (facts === undefined) {
      sendProblem(response, 'recording.file_missing')
      return
    }
    const etag = entityTag(facts)
    const about: OutgoingHttpHeaders = {
      'accept-ranges': 'bytes',
      etag,
      'last-modified': facts.mtime.toUTCString(),
      'cache-tag': `recording-${id}`,
      'cross-origin-resource-policy': 'cross-origin',
    }
    const headers = (length: number, more: OutgoingHttpHeaders = {}): OutgoingHttpHeaders =>
      answerHeaders(mediaTypes[recording.container], `public, max-age=${maxAgeS}`, length, { ...about, ...more })
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
    log.error({ err: error, recording: id }, 'a recording could not be sent')
    response.destroy()
  })
}
