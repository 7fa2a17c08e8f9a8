/** From the host to the process of data links. */
export type ToLinksWorker =
  | { readonly kind: 'start'; readonly bind: string; readonly port: number; readonly addresses: readonly string[] }
  | { readonly kind: 'open'; readonly link: number; readonly sdp: string }
  /** Goes to the peer as text, and may be lost. */
  | { readonly kind: 'text'; readonly link: number; readonly text: string }
  | { readonly kind: 'close'; readonly link: number }

/** Why a link ended. */
export type LinkEnd = 'closed' | 'lost' | 'never-connected' | 'too-much' | 'malformed'

/** From the process; what peers are sent comes over the media pipe: see `link-wire`. */
export type FromLinksWorker =
  | { readonly kind: 'started' }
  | { readonly kind: 'failed'; readonly code: 'webrtc.engine_missing' | 'port.in_use' | 'port.forbidden'; readonly message: string }
  | { readonly kind: 'answer'; readonly link: number; readonly sdp: string }
  | { readonly kind: 'rejected'; readonly link: number; readonly why: string }
  | { readonly kind: 'opened'; readonly link: number }
  | { readonly kind: 'text'; readonly link: number; readonly text: string }
  /** So many bytes of what was to arrive in order have arrived. */
  | { readonly kind: 'arrived'; readonly link: number; readonly bytes: number }
  | { readonly kind: 'closed'; readonly link: number; readonly why: LinkEnd }
