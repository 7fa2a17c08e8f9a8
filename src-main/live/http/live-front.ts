import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { FastRequest } from '../../platform/http/fast-path/fast-request.ts'
import type { FastResponse } from '../../platform/http/fast-path/fast-response.ts'
import type { LiveRequest, Verdict } from './live-request.ts'
import { type LiveUrl, parseLiveUrl } from './live-url.ts'
import { type ResourceTable, resourceFacts } from './resources.ts'
import { type AnyRequest, type AnyResponse, asPlaybackResponse, type PlaybackResponse } from './response.ts'

/** Lets a request go on to `next`, at once or later, or answers it. */
export type RequestGuard = (live: LiveRequest, next: () => void) => void

export interface LiveFrontDependencies {
  readonly table: ResourceTable
  /** Who may watch. */
  readonly access?: RequestGuard
  /** Starts sources on demand. */
  readonly onDemand?: RequestGuard
  /** False for what this process does not answer although its table has it. */
  readonly answers?: (url: LiveUrl) => boolean
}

/** All requests below `/live`: their URL is parsed once, then access, then sources on demand, then the table of resources. */
export interface LiveFront {
  /** False where the request is for nothing of the table: it was not touched. `verdict`: who may watch is not asked again. */
  handle(request: AnyRequest, response: AnyResponse, verdict?: Verdict): boolean
  /** The same for plain requests for playlists and media. */
  handleFast(request: FastRequest, response: FastResponse, verdict?: Verdict): boolean
  /** The same for WebSockets. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
}

const letGo: RequestGuard = (_live, next) => next()

/** Creates the front that the host and its delivery processes share. */
export function createLiveFront({ table, access = letGo, onDemand = letGo, answers }: LiveFrontDependencies): LiveFront {
  const take = (url: LiveUrl, request: AnyRequest, response: PlaybackResponse, verdict: Verdict | undefined): boolean => {
    if (!table.has(url.resource.kind) || answers?.(url) === false) return false
    const live: LiveRequest = { request, response, url, verdict }
    access(live, () => onDemand(live, () => table.handle(live)))
    return true
  }
  return {
    handle(request, response, verdict) {
      const url = parseLiveUrl(request.url ?? '')
      if (url === undefined) return false
      if (resourceFacts[url.resource.kind].sharedWithPage === true && (request.method === 'GET' || request.method === 'HEAD')) return false
      return take(url, request, asPlaybackResponse(response), verdict)
    },
    handleFast(request, response, verdict) {
      const url = parseLiveUrl(request.url)
      if (url === undefined || resourceFacts[url.resource.kind].isPlain !== true) return false
      // their handlers read no more of a request than this one has
      return take(url, request as unknown as AnyRequest, response, verdict)
    },
    handleUpgrade(request, socket, head) {
      const url = parseLiveUrl(request.url ?? '')
      const handle = url?.token === undefined ? url && table.upgrade(url.resource.kind) : undefined
      if (url === undefined || handle === undefined) return false
      handle({ request, socket, head, url })
      return true
    },
  }
}
