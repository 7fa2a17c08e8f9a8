import type { WebContents, WebPreferences } from 'electron'
import { isOwnPage, mayHave, type Opening, openingOf } from '../navigation.ts'
import type { ElectronApi } from './electron-api.ts'

/** Of every window: its page is a page and nothing more. */
export const pagePreferences: Readonly<WebPreferences> = {
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  nodeIntegrationInSubFrames: false,
  nodeIntegrationInWorker: false,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
  navigateOnDragDrop: false,
  spellcheck: false,
}

/** Policy of a page of the host that has none of its own: nothing may run in it. */
const noPolicy = "default-src 'none'; frame-ancestors 'none'"

export interface GuardOptions {
  /** URL of the host whose pages are ours; undefined while it is not known: then every page is foreign. */
  readonly host: () => URL | undefined
  /** A page wants to open one of these: never called for `denied`. */
  readonly onOpen: (opening: Exclude<Opening, { kind: 'denied' }>, url: string) => void
}

/**
 * Limits all pages, whichever window or frame they are in, by Electron's security recommendations: where they go, what they open, what
 * they may have. To be called when the app is ready, before the first window.
 */
export function guardPages({ app, session }: Pick<ElectronApi, 'app' | 'session'>, { host, onOpen }: GuardOptions): void {
  const isOwn = (url: string): boolean => {
    const own = host()
    return own !== undefined && isOwnPage(url, own)
  }
  const has = (permission: string, url: string, isTop: boolean): boolean => {
    const own = host()
    return own !== undefined && mayHave(permission, url, isTop, own)
  }
  const guard = (contents: WebContents): void => {
    const stay = (details: { readonly url: string; preventDefault(): void }): void => {
      if (!isOwn(details.url)) details.preventDefault()
    }
    contents.on('will-navigate', stay)
    contents.on('will-redirect', (details) => {
      // Frames show docks, which the page's own policy limits.
      if (details.isMainFrame) stay(details)
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      const own = host()
      const opening = own === undefined ? { kind: 'denied' as const } : openingOf(url, own)
      if (opening.kind !== 'denied') onOpen(opening, url)
      // Windows are opened by the program, which knows what each may: none comes from a page.
      return { action: 'deny' }
    })
  }
  app.on('web-contents-created', (_event, contents) => guard(contents))
  // A certificate that the system does not trust stays one.
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault()
    answer(false)
  })
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, permission, answer, { requestingUrl, isMainFrame }) =>
    answer(has(permission, requestingUrl, isMainFrame)),
  )
  defaultSession.setPermissionCheckHandler((_contents, permission, origin, { isMainFrame }) => has(permission, origin, isMainFrame))
  defaultSession.setDevicePermissionHandler(() => false)
  defaultSession.on('will-download', (event, item) => {
    if (!isOwn(item.getURL().replace(/^blob:/, ''))) event.preventDefault()
  })
  defaultSession.webRequest.onHeadersReceived(({ url, resourceType, responseHeaders = {} }, answer) => {
    const isPage =
      resourceType === 'mainFrame' && Object.keys(responseHeaders).every((name) => name.toLowerCase() !== 'content-security-policy')
    answer(isPage && isOwn(url) ? { responseHeaders: { ...responseHeaders, 'content-security-policy': [noPolicy] } } : {})
  })
}
