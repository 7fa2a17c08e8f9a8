import { chmodSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isFault } from '../../formats/fault.ts'
import { type IppRequest, type IppResponse, readIppRequest, writeIppResponse } from '../../formats/ipp.ts'
import type { Logger } from '../../platform/logger.ts'
import { fittingName } from '../files/file-names.ts'
import { type JobState, jobAttributes, operations, printerAttributes, printerPath, printerPpd } from './printer-description.ts'

/** Of a document, bytes. */
export const maxDocumentBytes = 256 * 1024 * 1024
/** Of what is before a document, bytes. */
const maxRequestBytes = 64 * 1024
/** Documents on their way at a time, and within a minute: a person prints a handful. */
const maxRunning = 4
const maxJobsPerMinute = 30
/** Connections of programs at a time. */
const maxConnections = 32
/** Jobs that are known after they were printed. */
const maxKnown = 50
const maxNameLength = 80

/** RFC 8011, appendix B. */
const status = {
  ok: 0x0000,
  badRequest: 0x0400,
  notFound: 0x0406,
  tooLarge: 0x0408,
  formatNotSupported: 0x040a,
  internalError: 0x0500,
  notSupported: 0x0501,
  busy: 0x0507,
} as const

/** Where a document is put while it comes in, and what becomes of it. */
export interface PrintTarget {
  /** A file that is not there yet. */
  readonly file: string
  /** The document is whole: it is called that from here on. */
  place(name: string): Promise<void>
  /** Called at the end in any case: nothing stays of a document that was not placed. */
  close(): Promise<void>
}

export interface DisplayPrinterOptions {
  /** Path of its socket, which is there from `start` on. */
  readonly socket: string
  /** Asked for each document. Rejects where there is no space. */
  readonly target: () => Promise<PrintTarget>
  /** Of a document, bytes. */
  readonly maxBytes?: number
  readonly log: Logger
}

interface Job {
  readonly id: number
  readonly name: string
  state: JobState
}

class TooLarge extends Error {}

/**
 * The printer of one display. Its programs connect to it as to the machine's CUPS, by a socket of their own (CUPS_SERVER), and send PDF. What
 * they say is bounded; whatever is wrong ends that request alone.
 */
export class DisplayPrinter {
  readonly #options: DisplayPrinterOptions
  readonly #maxBytes: number
  readonly #server: Server
  readonly #jobs = new Map<number, Job>()
  #recent: readonly number[] = []
  #running = 0
  #nextId = 1

  constructor(options: DisplayPrinterOptions) {
    this.#options = options
    this.#maxBytes = options.maxBytes ?? maxDocumentBytes
    this.#server = createServer({ requestTimeout: 120_000 }, (request, response) => {
      request.on('error', () => undefined)
      response.on('error', () => undefined)
      this.#answer(request, response).catch((error: unknown) => {
        options.log.debug({ err: error }, 'a print request failed')
        response.destroy()
      })
    })
    this.#server.maxConnections = maxConnections
    this.#server.on('clientError', (_error, socket) => socket.destroy())
  }

  /** Resolves when programs can connect. */
  start(): Promise<void> {
    const { socket, log } = this.#options
    rmSync(socket, { force: true })
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(socket, () => {
        this.#server.off('error', reject)
        this.#server.on('error', (error) => log.warn({ err: error }, 'the printer of a display failed'))
        chmodSync(socket, 0o600)
        resolve()
      })
    })
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'GET' && request.url === `${printerPath}.ppd`) {
      response.writeHead(200, { 'content-type': 'application/vnd.cups-ppd' }).end(printerPpd)
      return
    }
    if (request.method !== 'POST') {
      response.writeHead(404).end()
      return
    }
    const body = request[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    const pieces: Buffer[] = []
    let [bytes, triedBytes] = [0, 0]
    for (;;) {
      const { value, done } = await body.next()
      if (!done) {
        pieces.push(value)
        bytes += value.length
        // Pieces may be a byte long, and everything is parsed from its start: only again when there is twice as much.
        if (bytes < 2 * triedBytes && bytes <= maxRequestBytes) continue
      }
      triedBytes = bytes
      const read = Buffer.concat(pieces)
      const parsed = readIppRequest(read)
      if (parsed !== undefined && !isFault(parsed)) {
        const answer = await this.#operate(parsed, read.subarray(parsed.bytes), body)
        await drain(body, this.#maxBytes)
        response.writeHead(200, { 'content-type': 'application/ipp' }).end(writeIppResponse(answer))
        return
      }
      if (done || isFault(parsed) || bytes > maxRequestBytes) {
        response.writeHead(400, { connection: 'close' }).end()
        return
      }
    }
  }

  async #operate(request: IppRequest, start: Buffer, rest: AsyncIterator<Buffer>): Promise<IppResponse> {
    const { version, requestId, operation } = request
    const answer = (code: number, ...groups: IppResponse['groups']): IppResponse => ({ version, requestId, status: code, groups })
    switch (operation) {
      case operations.cupsGetDefault:
      case operations.cupsGetPrinters:
      case operations.getPrinterAttributes:
        return answer(status.ok, { group: 'printer', attributes: printerAttributes })
      case operations.getJobs:
        return answer(status.ok, ...[...this.#jobs.values()].map((job) => ({ group: 'job', attributes: jobAttributes(job) }) as const))
      case operations.validateJob:
        return answer(status.ok)
      case operations.printJob:
      case operations.createJob: {
        const job = this.#addJob(textOf(request, 'job-name'))
        if (job === undefined) return answer(status.busy)
        const code = operation === operations.printJob ? await this.#print(job, start, rest) : status.ok
        return answer(code, { group: 'job', attributes: jobAttributes(job) })
      }
      case operations.getJobAttributes:
      case operations.cancelJob:
      case operations.sendDocument: {
        const job = this.#jobs.get(jobIdOf(request))
        if (job === undefined) return answer(status.notFound)
        if (operation === operations.cancelJob && job.state === 'pending') job.state = 'aborted'
        let code: number = status.ok
        if (operation === operations.sendDocument) {
          code = job.state === 'pending' ? await this.#print(job, start, rest) : status.badRequest
        }
        return answer(code, { group: 'job', attributes: jobAttributes(job) })
      }
      default:
        return answer(status.notSupported)
    }
  }

  #addJob(name: string): Job | undefined {
    const nowMs = performance.now()
    this.#recent = this.#recent.filter((at) => nowMs - at < 60_000)
    if (this.#recent.length >= maxJobsPerMinute) return undefined
    this.#recent = [...this.#recent, nowMs]
    const job: Job = { id: this.#nextId++, name: documentName(name), state: 'pending' }
    this.#jobs.set(job.id, job)
    for (const id of this.#jobs.keys()) if (this.#jobs.size > maxKnown) this.#jobs.delete(id)
    return job
  }

  /** Takes the document of a job; answers the status. */
  async #print(job: Job, start: Buffer, rest: AsyncIterator<Buffer>): Promise<number> {
    job.state = 'aborted'
    if (this.#running >= maxRunning) return status.busy
    this.#running++
    let target: PrintTarget | undefined
    try {
      target = await this.#options.target()
      const isPdf = await receive(target.file, start, rest, this.#maxBytes)
      if (!isPdf) return status.formatNotSupported
      await target.place(fittingName(job.name, '.pdf'))
      job.state = 'completed'
      return status.ok
    } catch (error) {
      if (error instanceof TooLarge) return status.tooLarge
      this.#options.log.warn({ err: error }, 'a document could not be printed')
      return status.internalError
    } finally {
      this.#running--
      await target?.close()
    }
  }
}

/** Writes a document as it comes in. False for one that is no PDF, whatever it is called. */
async function receive(path: string, start: Buffer, rest: AsyncIterator<Buffer>, maxBytes: number): Promise<boolean> {
  const file = await open(path, 'wx', 0o600)
  try {
    let bytes = 0
    let head = Buffer.alloc(0)
    const write = async (piece: Buffer): Promise<void> => {
      bytes += piece.length
      if (bytes > maxBytes) throw new TooLarge()
      if (head.length < 5) head = Buffer.concat([head, piece.subarray(0, 5)])
      // Beyond its start what is no PDF is not kept.
      if (head.length < 5 || isPdf(head)) await file.appendFile(piece)
    }
    await write(start)
    for (;;) {
      const { value, done } = await rest.next()
      if (done) return isPdf(head)
      await write(value)
    }
  } finally {
    await file.close()
  }
}

const isPdf = (head: Buffer): boolean => head.subarray(0, 5).toString('latin1') === '%PDF-'

/** What nobody reads of a request is taken, as far as a document may be long: the answer comes behind it. */
async function drain(rest: AsyncIterator<Buffer>, maxBytes: number): Promise<void> {
  for (let bytes = 0; bytes <= maxBytes; ) {
    const { value, done } = await rest.next()
    if (done) return
    bytes += value.length
  }
  throw new TooLarge()
}

function textOf({ attributes }: IppRequest, name: string): string {
  return Buffer.from(attributes.get(name) ?? '').toString('utf8')
}

function jobIdOf({ attributes }: IppRequest): number {
  const id = attributes.get('job-id')
  if (id?.length === 4) return Buffer.from(id).readInt32BE(0)
  const uri = Buffer.from(attributes.get('job-uri') ?? '').toString('latin1')
  return Number(/\/(\d{1,9})$/.exec(uri)?.[1] ?? Number.NaN)
}

/** A name of a file, of whatever a program calls its document. */
function documentName(name: string): string {
  const plain = name
    .toWellFormed()
    .replace(/\.pdf$/i, '')
    .replace(/[\p{C}\\/]+/gu, ' ')
    .replace(/^[\s.]+/, '')
  return [...plain].slice(0, maxNameLength).join('').trim() || 'Document'
}
