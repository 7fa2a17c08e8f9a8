import type { MediaShare, SharedMedia } from '../../media/media-shares.ts'

/**
 * What the plugin in OBS (`native/obs-plugin`) and this host say to each other: objects of JSON, a line each. The plugin starts with `hello`;
 * a host that speaks another version answers its own and ends the connection. Either side may be faulty: both check what they read.
 */

/** Grows with every change of the messages, and of the layout of stores: `HOST_LINK_VERSION` of the plugin. */
export const shareProtocolVersion = 1

/** Longest line of a plugin, bytes. */
export const maxLineBytes = 4096

/** Most shares that are listed: an OBS lists no more in one menu. */
export const maxListed = 500

/** What a plugin says. One connection takes one share at a time. */
export type FromPlugin =
  | { readonly type: 'hello'; readonly version: number }
  /** In the place of what it took before. */
  | { readonly type: 'take'; readonly share: string }
  | { readonly type: 'release' }

/** What the host says. */
export type ToPlugin =
  | { readonly type: 'hello'; readonly version: number; readonly program: string }
  /** All that can be taken: behind `hello`, and when it changed. */
  | { readonly type: 'shares'; readonly shares: readonly MediaShare[] }
  | ({ readonly type: 'media'; readonly share: string } & SharedMedia)
  | { readonly type: 'none'; readonly share: string; readonly reason: string }
  /** The last before the connection ends. */
  | { readonly type: 'rejected'; readonly reason: string }

/** Reads a line; undefined for one that is not a message of ours. */
export function readFromPlugin(line: string): FromPlugin | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { type, version, share } = value as Readonly<Record<string, unknown>>
  if (type === 'hello' && typeof version === 'number') return { type, version }
  if (type === 'take' && typeof share === 'string' && share.length <= 200) return { type, share }
  return type === 'release' ? { type } : undefined
}
