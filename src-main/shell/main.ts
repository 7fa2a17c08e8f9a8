/** Electron's main process: one window on a host that runs elsewhere. It owns nothing but the window. */
import { app, BrowserWindow, session, shell } from 'electron'
import { hostUrl, isOwnPage, mayHave, mayOpenOutside } from './navigation.ts'

const host = hostUrl(process.env.AMI_STREAMS_WINDOW_URL)

function openWindow(url: URL): BrowserWindow {
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    minWidth: 360,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  void window.loadURL(url.href)
  return window
}

/** The same rules apply to every page that is ever opened, including frames within pages. */
function guard(url: URL): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (details) => {
      if (!isOwnPage(details.url, url)) details.preventDefault()
    })
    contents.on('will-redirect', (details) => {
      if (!isOwnPage(details.url, url)) details.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler((details) => {
      if (mayOpenOutside(details.url)) void shell.openExternal(details.url)
      return { action: 'deny' }
    })
  })
  session.defaultSession.setPermissionRequestHandler((contents, permission, answer) => answer(mayHave(permission, contents.getURL(), url)))
  session.defaultSession.setPermissionCheckHandler((_contents, permission, origin) => mayHave(permission, origin, url))
  session.defaultSession.setDevicePermissionHandler(() => false)
}

if (!host || !app.requestSingleInstanceLock()) {
  app.quit()
} else {
  app.enableSandbox()
  app.on('window-all-closed', () => app.quit())
  void app.whenReady().then(() => {
    guard(host)
    const window = openWindow(host)
    app.on('second-instance', () => {
      if (window.isDestroyed()) return
      if (window.isMinimized()) window.restore()
      window.focus()
    })
  })
}
