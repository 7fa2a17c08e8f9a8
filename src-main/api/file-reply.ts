import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../platform/errors.ts'
import { entityTag, readRange } from '../platform/http/byte-range.ts'
import type { FileReply } from '../platform/routes/routes.ts'

/** RFC 6266: a name that every client reads, and the true one in UTF-8. */
export function disposition(name: string): string {
  return `attachment; filename="${name.replace(/[^\x20-\x7e]|["\\]/g, '_')}"; filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`
}

/** Answers with a file or a range of it. A file that still grows is answered with what is there now. Throws `request.not_found`. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, file: FileReply): Promise<FastifyReply> {
  const { content } = file
  // Whatever becomes of the answer; a client may have left before.
  if (reply.raw.destroyed) content?.close()
  else if (content !== undefined) reply.raw.once('close', () => content.close())
  const facts = content === undefined ? await factsOf(file.path) : { size: content.bytes, mtimeMs: content.changedMs }
  const etag = entityTag(facts)
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    etag,
    'last-modified': new Date(facts.mtimeMs).toUTCString(),
    ...(file.downloadName === undefined ? {} : { 'content-disposition': disposition(file.downloadName) }),
  })
  if (request.headers['if-none-match'] === etag) return reply.status(304).send()
  const condition = request.headers['if-range']
  const stale = condition !== undefined && condition !== etag
  const range = stale ? 'whole' : readRange(request.headers.range, facts.size)
  if (range === 'unsatisfiable') return reply.status(416).header('content-range', `bytes */${facts.size}`).send()
  const { start, end } = range === 'whole' ? { start: 0, end: facts.size - 1 } : range
  if (range !== 'whole') reply.status(206).header('content-range', `bytes ${start}-${end}/${facts.size}`)
  reply.type(file.type).header('content-length', end - start + 1)
  // A stream without bytes leaves the length that was set alone. A client that left meanwhile would never close the file.
  if (facts.size === 0 || request.method === 'HEAD' || reply.raw.destroyed) return reply.send(Readable.from([]))
  if (content !== undefined) return reply.send(Readable.from(content.read(start, end)))
  return reply.send(createReadStream(file.path as string, { start, end }))
}

function factsOf(path: string | undefined): Promise<{ readonly size: number; readonly mtimeMs: number }> {
  return stat(path as string).catch((cause) => {
    throw new AppError('request.not_found', 'The file is not there', { cause })
  })
}
