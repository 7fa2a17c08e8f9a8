import { viewOf, type WindowView } from './window-view.ts'

/** Where windows may go, and what their pages may have: pure, so that rejections are tested without Electron. */

/** The URL of the host, or undefined where it is not one that a host could have given. */
export function hostUrl(text: string | undefined): URL | undefined {
  if (!text || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined
}

/** True where `target` is a page of the host itself. */
export function isOwnPage(target: string, host: URL): boolean {
  return URL.canParse(target) && new URL(target).origin === host.origin
}

/** True if the system may be asked to open it in the program that it has for it: web pages and e-mail, never files or other schemes. */
export function mayOpenOutside(target: string): boolean {
  return URL.canParse(target) && ['https:', 'mailto:'].includes(new URL(target).protocol)
}

/** What becomes of a window that a page wants to open. */
export type Opening =
  /** One of the windows that the program knows. */
  | { readonly kind: 'view'; readonly view: WindowView }
  /** Another page of the host, e.g. a player: in a window without the bridge. */
  | { readonly kind: 'page' }
  /** For the system's browser or e-mail program. */
  | { readonly kind: 'outside' }
  | { readonly kind: 'denied' }

export function openingOf(target: string, host: URL): Opening {
  if (!isOwnPage(target, host)) return { kind: mayOpenOutside(target) ? 'outside' : 'denied' }
  const { pathname, search } = new URL(target)
  const view = viewOf(`${pathname}${search}`)
  return view === undefined ? { kind: 'page' } : { kind: 'view', view }
}

/** Permissions that our page needs: full screen for players and projectors, writing a copied URL, camera and microphone for talkback and guests. */
const granted: readonly string[] = ['fullscreen', 'clipboard-sanitized-write', 'media']

/** True where a page of `origin`, at the top of its window, may have `permission`. */
export function mayHave(permission: string, origin: string, isTop: boolean, host: URL): boolean {
  return granted.includes(permission) && isTop && isOwnPage(origin, host)
}
