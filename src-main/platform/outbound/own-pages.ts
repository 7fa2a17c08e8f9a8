import { createHmac, timingSafeEqual } from 'node:crypto'

/** Overlay pages of this host, as its own sources reach them. Plain data, so that it crosses to other processes. */
export interface OwnPages {
  /** URL of this host for programs on this machine, e.g. `http://127.0.0.1:8080`. */
  readonly origin: string
  /** Of this run. Tokens of pages are made of it, so that no document has to hold one. */
  readonly secret: string
}

/** Path of an overlay's page, as settings of a browser source name it. */
const overlayPath = /^\/overlay\/([a-z0-9]{6,32})$/

/** Opens an overlay's page for reading, in this run of the host. */
export const ownPageToken = (secret: string, overlay: string): string => createHmac('sha256', secret).update(overlay).digest('base64url')

/** URL with which a source of this host opens the overlay that a path names; undefined for any other text. */
export function ownPageUrl(path: string, pages: OwnPages): string | undefined {
  const [, overlay] = overlayPath.exec(path) ?? []
  return overlay === undefined ? undefined : `${pages.origin}/overlay/${overlay}?token=${ownPageToken(pages.secret, overlay)}`
}

/**
 * Whether any page may ask this host for a path, no matter who named the page: overlays, the files of their page, and their feed, which
 * takes a token. As it is sent: nothing in it is decoded.
 */
export function isOverlayPath(path: string): boolean {
  return overlayPath.test(path) || /^\/assets\/[\w.-]+$/.test(path) || path === '/api/v1/studio/overlay-feed'
}

/** Whether two secrets are the same, in a time that does not say how much of them is. */
export function isSameSecret(given: string, secret: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(secret)]
  return one.length === other.length && timingSafeEqual(one, other)
}
