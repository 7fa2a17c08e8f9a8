import type { LiveRequest, LiveUpgrade } from './live-request.ts'
import { type LiveResource, parseLiveUrl, type ResourceKind, type ResourceOf } from './live-url.ts'

/**
 * How the rules of who may watch apply: to a `manifest`, which lists URLs that must carry the token on; to what is `watched` otherwise;
 * to `media` of a run, which a CDN may guard for all its viewers; or not at all where the URL is a secret or the resource asks by itself.
 */
export type ResourceAccess = 'manifest' | 'watched' | 'media' | 'secret' | 'own'

/** Properties of a resource, whichever module handles it. */
export interface ResourceFacts {
  /** Its URLs, as docs/architecture.md lists them. */
  readonly urls: readonly string[]
  readonly access: ResourceAccess
  /** A request starts the source of the stream where it is fetched on demand, and waits for it. */
  readonly startsSource: 'and waits' | 'only' | 'no'
  /** The page has the same URL: GET and HEAD are its. */
  readonly sharedWithPage?: true
  /** Players fetch it again and again, and it needs nothing of HTTP but a plain request and its answer: the fast path has it. */
  readonly isPlain?: true
}

const media = { access: 'media', startsSource: 'no', isPlain: true } as const
const watched = { access: 'watched', startsSource: 'no' } as const
const manifest = { access: 'manifest', startsSource: 'and waits', isPlain: true } as const
const own = { access: 'own', startsSource: 'no' } as const

/** Every resource below `/live`. */
export const resourceFacts: Readonly<Record<ResourceKind, ResourceFacts>> = {
  'multivariant': { urls: ['/live/NAME/index.m3u8', '/live/NAME/hls.m3u8'], ...manifest },
  'mpd': { urls: ['/live/NAME/manifest.mpd'], ...manifest },
  'flv': { urls: ['/live/NAME.flv'], access: 'watched', startsSource: 'and waits' },
  'whep': { urls: ['/live/NAME/whep'], access: 'watched', startsSource: 'and waits' },
  // a session's URL is known only to who made it
  'whep-session': { urls: ['/live/NAME/whep/SESSION'], access: 'secret', startsSource: 'no' },
  'whip': { urls: ['/live/NAME/whip'], ...own },
  'whip-by-key': { urls: ['/live/whip'], ...own, sharedWithPage: true },
  'whip-session': { urls: ['/live/NAME/whip/SESSION'], ...own },
  'signal': { urls: ['/live/NAME/signal'], ...own },
  'about': { urls: ['/live/NAME/about.json'], access: 'watched', startsSource: 'only' },
  'events': { urls: ['/live/NAME/events'], ...watched },
  'beacon': { urls: ['/live/NAME/beacon'], ...watched },
  'keyframe': { urls: ['/live/NAME/keyframe.mp4'], ...watched },
  'thumbnail': { urls: ['/live/NAME/thumbnail.jpg'], ...watched },
  'sprites': { urls: ['/live/NAME/sprites.vtt'], ...watched },
  'sprite-sheet': { urls: ['/live/NAME/sprites-EPOCH-N.jpg'], ...watched },
  'playlist': {
    urls: ['/live/NAME/EPOCH/RENDITION/index.m3u8', '/live/NAME/EPOCH/RENDITION/hls.m3u8', '/live/NAME/EPOCH/ts-VIDEO-AUDIO/hls.m3u8'],
    ...media,
  },
  'init': { urls: ['/live/NAME/EPOCH/RENDITION/init-N.mp4'], ...media },
  'segment': { urls: ['/live/NAME/EPOCH/RENDITION/seg-N.m4s'], ...media },
  'part': { urls: ['/live/NAME/EPOCH/RENDITION/part-N.m4s'], ...media },
  'ts-segment': { urls: ['/live/NAME/EPOCH/ts-VIDEO-AUDIO/seg-N.ts'], ...media },
  'recording': { urls: ['/live/NAME/recordings/ID.mp4'], ...watched },
  'clip': { urls: ['/live/NAME/clips/ID.mp4'], ...watched },
  'unknown': { urls: [], ...watched },
}

/** How the rules of who may watch apply to a resource. */
export function accessOf(resource: LiveResource): ResourceAccess {
  if (resource.kind !== 'unknown') return resourceFacts[resource.kind].access
  const { path } = resource
  if (path.includes('/')) return path.includes('.', path.lastIndexOf('/')) ? 'media' : 'own'
  return 'watched'
}

/** True for a URL of a playlist, a manifest or media. */
export function isPlayed(target: string): boolean {
  const url = parseLiveUrl(target)
  return url !== undefined && resourceFacts[url.resource.kind].isPlain === true
}

/** What a part handles over HTTP, by kind of resource. A request has passed access and waited for its source. */
export type ResourceHandlers = { readonly [Kind in ResourceKind]?: (live: LiveRequest, resource: ResourceOf<Kind>) => void }

/** What a part handles over WebSockets, by kind of resource. A socket has not passed access: its token may come in a message. */
export type UpgradeHandlers = { readonly [Kind in ResourceKind]?: (upgrade: LiveUpgrade) => void }

/** The resources that parts registered: where a request finds its handler. */
export class ResourceTable {
  readonly #handlers = new Map<ResourceKind, (live: LiveRequest, resource: never) => void>()
  readonly #upgrades = new Map<ResourceKind, (upgrade: LiveUpgrade) => void>()

  /** @throws Error where two parts register the same kind */
  constructor(parts: readonly { readonly resources?: ResourceHandlers; readonly upgrades?: UpgradeHandlers }[]) {
    for (const { resources = {}, upgrades = {} } of parts) {
      for (const [kind, handle] of Object.entries(resources)) add(this.#handlers, kind as ResourceKind, handle)
      for (const [kind, handle] of Object.entries(upgrades)) add(this.#upgrades, kind as ResourceKind, handle)
    }
  }

  has(kind: ResourceKind): boolean {
    return this.#handlers.has(kind)
  }

  handle(live: LiveRequest): void {
    const { resource } = live.url
    this.#handlers.get(resource.kind)?.(live, resource as never)
  }

  /** The handler of WebSockets, if there is one. */
  upgrade(kind: ResourceKind): ((upgrade: LiveUpgrade) => void) | undefined {
    return this.#upgrades.get(kind)
  }
}

function add<Handler>(table: Map<ResourceKind, Handler>, kind: ResourceKind, handler: Handler): void {
  if (table.has(kind)) throw new Error(`two parts handle ${kind}`)
  table.set(kind, handler)
}
