import type { RequestOptions } from './request-configuration.ts'
import type { RotatedLogOptions } from './rotated-log.ts'

/** What nginx is configured from. Times are in seconds, sizes in bytes. Everything may come from a user: `plain` and the schema check it. */
export interface FrontOptions {
  readonly listen: readonly FrontListener[]
  /** PEM files; needed as soon as one listener is for TLS. */
  readonly certificate?: { readonly certFile: string; readonly keyFile: string }
  /** `Strict-Transport-Security` of answers over TLS; 0 leaves the header out. */
  readonly hstsSeconds: number
  readonly compress: boolean
  /** IP addresses and networks of proxies before nginx, whose `X-Forwarded-For` names the viewer. */
  readonly trustedProxies: readonly string[]
  readonly limits: FrontLimits
  /** How many requests viewers may make; left out: any number. */
  readonly requests?: RequestOptions | undefined
  readonly cache: FrontCache
  /** Takes `/live/` and what nginx cannot answer by itself. */
  readonly live?: AgentEndpoint
  /** ACME challenges (RFC 8555, section 8.3) are passed on here. */
  readonly challenges?: AgentEndpoint
  /** Left out: there are no functions, and nothing of the configuration is for them. */
  readonly functions?: FunctionOptions | undefined
  /** Left out: no rule has images. */
  readonly images?: ImageOptions | undefined
  readonly sites: readonly SiteOptions[]
  /** Secrets of signed URLs by id. Several are valid at once while one replaces the other. */
  readonly signingKeys: readonly SigningKey[]
  /** A MaxMind database of countries, for rules of countries. */
  readonly countryDatabase?: string
  /** File that a line about each request goes into, for this process. */
  readonly requestLog?: string
  /** The same for requests below a rule with prefetch. */
  readonly askedLog?: string
  /** A log in the combined format, which has IP addresses of viewers. */
  readonly accessLog?: RotatedLogOptions
}

/** Images in other sizes and formats, made in the process behind nginx. */
export interface ImageOptions {
  /** On 127.0.0.1. */
  readonly port: number
  /** Shows that process that a request has come through nginx. */
  readonly secret: string
  /** The sites themselves answer here, on 127.0.0.1, with `insideSecret`. */
  readonly insidePort: number
  readonly insideSecret: string
}

/** Requests that functions answer, in the process behind nginx. */
export interface FunctionOptions {
  /** On 127.0.0.1. */
  readonly port: number
  /** Shows that process that a request has come through nginx. */
  readonly secret: string
  /** Functions ask for the sites themselves here, on 127.0.0.1, with `insideSecret`. */
  readonly insidePort: number
  readonly insideSecret: string
  readonly routes: readonly FunctionRoute[]
}

/** A place that functions answer at. */
export interface FunctionRoute {
  /** Host name, `*.` for all below; undefined for every host name. */
  readonly host: string | undefined
  /** Ends with `/` for all below it. */
  readonly path: string
}

export interface FrontListener {
  /** IP address, `*` for all IPv4 and `::` for all IPv6 addresses. */
  readonly address: string
  readonly port: number
  readonly tls: boolean
}

export interface FrontLimits {
  /** Open connections (with HTTP/2 and 3 requests) of one IP address. */
  readonly connectionsPerAddress: number
  /** A viewer has so long for the head of a request, and between two reads of its body. */
  readonly headerSeconds: number
  readonly bodySeconds: number
  /** Between two writes that a viewer takes: one that reads nothing is cut off. */
  readonly sendSeconds: number
  readonly headerBytes: number
  readonly bodyBytes: number
}

export interface FrontCache {
  /** Files of the cache, temporary files, sockets: nginx's workers write here. */
  readonly folder: string
  /** Share of the disk; the cache takes 90 % of it. */
  readonly maxBytes: number
  /** What nobody asked for so long is removed. */
  readonly inactiveSeconds: number
  /** Nothing more is written: what is kept is served, everything else comes from the origin. An answer that cannot be written would break off. */
  readonly isFull?: boolean
}

/** A process on this machine: a Unix socket, or a port of 127.0.0.1. */
export type AgentEndpoint = { readonly socketPath: string } | { readonly port: number }

export interface SigningKey {
  readonly id: string
  readonly secret: string
}

/** A site: host names whose content comes from the same origins. The one without host names answers for all others. */
export interface SiteOptions {
  /** Part of the cache's keys: keep it. */
  readonly name: string
  readonly hosts: readonly string[]
  readonly origins: readonly OriginServer[]
  /** Name or IP address, and port, that origins are asked for. */
  readonly originHost: string
  readonly originTls: boolean
  /** PEM of certificates that an origin is trusted by, instead of those of the system. */
  readonly originCaFile?: string
  /** For answers without a lifetime of their own (RFC 9111, section 4.2.1). */
  readonly ttlSeconds: number
  /** The same by content type, `image/*` or `text/html`; 0 keeps it out. */
  readonly ttlByType: Readonly<Record<string, number>>
  /** For 404 and 410. */
  readonly missingSeconds: number
  /** Languages that content is kept in, the first is the default; what a viewer accepts becomes one of them. */
  readonly languages: readonly string[]
  /** Keeps AVIF, WebP and other images apart by `Accept`. */
  readonly imageFormats: boolean
  readonly rules: readonly SiteRule[]
}

/** One server that is asked for a site's content. */
export interface OriginServer {
  /** IP address and port, resolved. */
  readonly address: string
  readonly port: number
  readonly weight: number
  /** Asked only while no other is up. */
  readonly backup: boolean
  readonly down: boolean
}

/** What differs below a path. */
export interface SiteRule {
  /** Starts with `/`. Ends with `/` for all below it. */
  readonly path: string
  /** `off` passes requests on with all headers, and keeps nothing. */
  readonly cache: 'on' | 'off'
  readonly ttlSeconds?: number
  /** Large files are fetched and kept in slices of 1 MiB, so that a range asks the origin for what it needs alone. */
  readonly slices: boolean
  /** A URL needs a signature; the query is no part of what is asked for then. */
  readonly signed: boolean
  /** Empty: GET and HEAD where the cache is on, all where it is off. */
  readonly methods: readonly string[]
  /** Host names of pages that may refer here, `*.` for all below; requests that name no page pass. Empty: all. */
  readonly referers: readonly string[]
  /** IP addresses and networks (CIDR). With `allowAddresses` all others are denied. */
  readonly allowAddresses: readonly string[]
  readonly denyAddresses: readonly string[]
  /** ISO 3166-1 alpha-2. With `allowCountries` all others, and unknown ones, are denied. */
  readonly allowCountries: readonly string[]
  readonly denyCountries: readonly string[]
  /** Images below the path are answered in other sizes and formats, which `?w=WIDTH&format=FORMAT` names. */
  readonly images?: { readonly widths: readonly number[]; readonly formats: readonly string[]; readonly quality: number }
  /** Parts of `User-Agent`, in any case. */
  readonly denyAgents: readonly string[]
  /** What players ask for next is fetched before they do. */
  readonly prefetch?: boolean
  /** False: viewers prove no work here, whatever happens. */
  readonly challenge?: boolean
}
