import type { FrontOptions, SiteOptions } from './nginx/front-options.ts'

/** One upstream server as it is configured. */
export interface OriginUrl {
  /** `http://HOST:PORT` or `https://HOST:PORT`, without a path. */
  readonly url: string
  readonly weight: number
  /** Asked only while no other is up. */
  readonly backup: boolean
}

/** A site as it is configured: where its origins are is looked up, and whether they answer is checked. */
export interface FrontSite extends Omit<SiteOptions, 'origins' | 'originTls'> {
  readonly origins: readonly OriginUrl[]
  /** Path that an origin answers with 2xx or 3xx while it is well; a connection alone is tried without one. */
  readonly healthPath?: string
}

/** All of a front's settings that can be changed while it runs. */
export interface FrontSettings extends Omit<FrontOptions, 'sites'> {
  readonly sites: readonly FrontSite[]
}
