import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ErrorCode } from '../../../platform/errors.ts'
import { pathOf } from '../../../platform/http/request-target.ts'
import type { Logger } from '../../../platform/logger.ts'
import { ImageJobs } from './image-jobs.ts'
import { type ImageFormat, imageFormats } from './image-messages.ts'

export interface ImageFrontOptions {
  /** Where the sites of this node answer on 127.0.0.1. */
  readonly inside: () => { readonly port: number; readonly secret: string }
  readonly sendError: (response: ServerResponse, code: ErrorCode) => void
  readonly log: Logger
}

/** Header with the secret that nginx has. */
const secretHeader = 'x-edge-images'
/** What nginx found in the URL, `WIDTH:FORMAT QUALITY`. */
const orderHeader = 'x-edge-image'
const orderForm = /^(\d{0,5}):(auto-)?(avif|webp|jpeg|png|) (\d{1,3})$/
/** Of an original. */
const maxBytes = 32 * 2 ** 20
const originalMs = 30_000
/** What of the original's headers applies to what is made of it. */
const keptHeaders = ['cache-control', 'expires', 'last-modified', 'cache-tag'] as const

interface Original {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Undefined where it is larger than is taken. */
  readonly body: Uint8Array | undefined
}

/** Answers requests for images in another size or format: nginx sends them here, over loopback, with a secret, and keeps the answers. */
export class ImageFront {
  readonly #options: ImageFrontOptions
  readonly #jobs: ImageJobs
  readonly #server: Server
  readonly secret = randomBytes(24).toString('base64url')

  private constructor(options: ImageFrontOptions) {
    this.#options = options
    this.#jobs = new ImageJobs(options.log)
    this.#server = createServer({ maxHeaderSize: 32 * 1024 }, (asked, response) => {
      response.on('error', () => undefined)
      this.#onRequest(asked, response).catch((error) => {
        options.log.warn({ err: error, path: pathOf(asked.url) }, 'an image could not be made')
        if (response.headersSent) response.destroy()
        else options.sendError(response, 'network.image_failed')
      })
    })
    this.#server.on('error', (error) => options.log.error({ err: error }, 'the listener of images failed'))
  }

  /** Listens on a port of 127.0.0.1. */
  static async open(options: ImageFrontOptions): Promise<ImageFront> {
    const front = new ImageFront(options)
    front.#server.listen(0, '127.0.0.1')
    await once(front.#server, 'listening')
    return front
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
    await this.#jobs.stop()
  }

  async #onRequest(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const { sendError, log } = this.#options
    const order = orderForm.exec(String(asked.headers[orderHeader] ?? ''))
    if (asked.headers[secretHeader] !== this.secret || order === null) {
      sendError(response, 'network.not_served')
      return
    }
    const [, width = '', , format = '', quality = ''] = order
    const original = await this.#fresh(asked)
    if (original.status !== 200) {
      response.writeHead(original.status === 404 || original.status === 410 ? original.status : 502, headersOf(original))
      response.end()
      return
    }
    const { body } = original
    if (body === undefined || !String(original.headers['content-type']).startsWith('image/')) {
      sendError(response, 'network.image_invalid')
      return
    }
    const made = await this.#jobs.make({
      original: body,
      width: width === '' ? undefined : Number(width),
      format: imageFormats.find((each): each is ImageFormat => each === format),
      quality: Number(quality),
    })
    if ('reason' in made) {
      log.warn({ path: pathOf(asked.url), reason: made.reason }, 'an image could not be made')
      sendError(response, made.isBusy ? 'network.image_busy' : 'network.image_invalid')
      return
    }
    const isSame = 'unchanged' in made
    const image = isSame ? body : made.image
    response.writeHead(200, {
      ...headersOf(original),
      'content-type': isSame ? original.headers['content-type'] : made.type,
      'content-length': image.byteLength,
      'x-content-type-options': 'nosniff',
    })
    response.end(asked.method === 'HEAD' ? undefined : image)
  }

  /** The original from the cache, or from its origin where the cache has none that is fresh: what is made of it is fresh for a whole life. */
  async #fresh(asked: IncomingMessage): Promise<Original> {
    const kept = await this.#original(asked, {})
    const isOld = ['STALE', 'UPDATING'].includes(String(kept.headers['x-cache']))
    return isOld ? this.#original(asked, { 'x-edge-fresh': '1' }) : kept
  }

  #original(asked: IncomingMessage, more: OutgoingHttpHeaders): Promise<Original> {
    const { port, secret } = this.#options.inside()
    const headers = { 'host': asked.headers.host, 'x-edge-inside': secret, ...more }
    return new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path: pathOf(asked.url), headers, signal: AbortSignal.timeout(originalMs) })
      sent.on('error', reject)
      sent.on('response', (answer) => {
        answer.on('error', reject)
        bodyOf(answer).then((body) => {
          // the rest of one that is too large is not wanted
          if (body === undefined) sent.destroy()
          resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body })
        }, reject)
      })
      sent.end()
    })
  }
}

async function bodyOf(answer: IncomingMessage): Promise<Uint8Array | undefined> {
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of answer as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > maxBytes) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces, bytes)
}

/** Headers of what is made: fresh as long as the original, and not kept where that is for one viewer. */
function headersOf({ headers }: Original): OutgoingHttpHeaders {
  if (headers['set-cookie'] !== undefined || (headers.vary !== undefined && !/^accept-encoding$/i.test(headers.vary)))
    return { 'cache-control': 'no-store' }
  return Object.fromEntries(keptHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])))
}
