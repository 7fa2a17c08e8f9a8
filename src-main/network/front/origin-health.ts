import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect, isIP } from 'node:net'
import { AppError } from '../../platform/errors.ts'
import type { FrontSite, OriginUrl } from './front-settings.ts'
import type { OriginServer } from './nginx/front-options.ts'

const timeoutMs = 4000
/** Failures in a row until an origin counts as down; one success brings it back. */
const failuresUntilDown = 2

/** An origin as it is now. */
export interface OriginState {
  readonly url: string
  readonly address: string | undefined
  readonly up: boolean
  /** Why it counts as down. */
  readonly reason: string | undefined
}

interface Watched {
  readonly origin: OriginUrl
  readonly url: URL
  address: string | undefined
  failures: number
  reason: string | undefined
}

/** Reads the URL of an origin. Throws `config.invalid` naming the option. */
export function originUrl(text: string, option: string): URL {
  const url = URL.parse(text)
  const fits =
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.pathname === '/' && url.search === '' && url.hash === ''
  if (fits) return url
  throw new AppError(
    'config.invalid',
    `Option ${option}: ${JSON.stringify(text.slice(0, 200))} is not a URL like https://origin.example.com:8443`,
    {
      details: { option },
    },
  )
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')
const portOf = (url: URL): number => Number(url.port) || (url.protocol === 'https:' ? 443 : 80)

/** Looks up where the origins of a site are, and whether they answer. */
export class OriginHealth {
  readonly site: FrontSite
  readonly #watched: readonly Watched[]
  readonly #ca: string | undefined

  constructor(site: FrontSite, place: string) {
    this.site = site
    this.#watched = site.origins.map((origin, index) => {
      const url = originUrl(origin.url, `${place}.origins[${index}]`)
      return { origin, url, address: isIP(hostOf(url)) === 0 ? undefined : hostOf(url), failures: 0, reason: undefined }
    })
    const schemes = new Set(this.#watched.map(({ url }) => url.protocol))
    if (schemes.size > 1) {
      const option = `${place}.origins`
      throw new AppError('config.invalid', `Option ${option}: all origins of a site use https, or none`, { details: { option } })
    }
    try {
      this.#ca = site.originCaFile === undefined ? undefined : readFileSync(site.originCaFile, 'utf8')
    } catch (cause) {
      const option = `${place}.originCaFile`
      throw new AppError('config.invalid', `Option ${option}: ${(cause as Error).message}`, { cause, details: { option } })
    }
  }

  get tls(): boolean {
    return this.#watched[0]?.url.protocol === 'https:'
  }

  /** The servers as nginx is configured with them. One whose name is unknown is down. */
  servers(): readonly OriginServer[] {
    return this.#watched.map(({ origin, url, address, failures }) => ({
      address: address ?? '127.0.0.1',
      // Nothing listens there: a request fails at once, and what is kept answers.
      port: address === undefined ? 1 : portOf(url),
      weight: origin.weight,
      backup: origin.backup,
      down: address === undefined || failures >= failuresUntilDown,
    }))
  }

  states(): readonly OriginState[] {
    return this.#watched.map(({ origin, address, failures, reason }) => {
      const up = address !== undefined && failures < failuresUntilDown
      return { url: origin.url, address, up, reason: up ? undefined : reason }
    })
  }

  /** Looks all names up; the first time nothing else is known about them. */
  async resolve(): Promise<void> {
    await Promise.all(
      this.#watched.map(async (each) => {
        if (isIP(hostOf(each.url)) !== 0) return
        try {
          each.address = (await lookup(hostOf(each.url))).address
        } catch (error) {
          // What it was last may still be right.
          each.reason = (error as Error).message
        }
      }),
    )
  }

  /** Asks each origin whether it is well. Resolves when all have answered or failed. */
  async check(): Promise<void> {
    await this.resolve()
    await Promise.all(
      this.#watched.map(async (each) => {
        const reason = each.address === undefined ? 'its name is unknown' : await this.#ask(each.url, each.address)
        each.failures = reason === undefined ? 0 : each.failures + 1
        each.reason = reason
      }),
    )
  }

  /** What is wrong with an origin, or undefined. */
  #ask(url: URL, address: string): Promise<string | undefined> {
    const { healthPath, originHost } = this.site
    return new Promise((resolve) => {
      if (healthPath === undefined) {
        const socket = connect({ host: address, port: portOf(url), timeout: timeoutMs })
        const done = (reason?: string): void => {
          socket.destroy()
          resolve(reason)
        }
        socket
          .once('connect', () => done())
          .once('timeout', () => done('no answer'))
          .once('error', (error) => done(error.message))
        return
      }
      const onResponse = (response: IncomingMessage): void => {
        const status = response.statusCode ?? 0
        response.destroy()
        resolve(status >= 200 && status < 400 ? undefined : `it answers ${healthPath} with ${status}`)
      }
      const common = { host: address, port: portOf(url), path: healthPath, headers: { host: originHost }, agent: false, timeout: timeoutMs }
      const name = originHost.replace(/:\d+$/, '')
      const request =
        url.protocol === 'https:'
          ? httpsRequest(
              { ...common, ...(isIP(name) === 0 ? { servername: name } : {}), ...(this.#ca === undefined ? {} : { ca: this.#ca }) },
              onResponse,
            )
          : httpRequest(common, onResponse)
      request.once('timeout', () => request.destroy(new Error('no answer')))
      request.once('error', (error) => resolve(error.message))
      request.end()
    })
  }
}
