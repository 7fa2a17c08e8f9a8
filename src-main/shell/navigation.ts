/** Where the window may go: pure, so that rejections are tested without Electron. */

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

/** True if the system's browser may be asked to open it: web URLs, never files or other programs' schemes. */
export function mayOpenOutside(target: string): boolean {
  return URL.canParse(target) && ['http:', 'https:'].includes(new URL(target).protocol)
}

/** Permissions that the page needs: full screen for the player, writing a copied URL. */
const granted: readonly string[] = ['fullscreen', 'clipboard-sanitized-write']

/** True where a page of `origin` may have `permission`. */
export function mayHave(permission: string, origin: string, host: URL): boolean {
  return granted.includes(permission) && isOwnPage(origin, host)
}
