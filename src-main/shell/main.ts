/** Electron's main process: the desktop shell beside a host, which is a process of its own. */
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  app,
  BrowserWindow,
  dialog,
  globalShortcut,
  ipcMain,
  Menu,
  Notification,
  nativeImage,
  powerSaveBlocker,
  screen,
  session,
  shell,
  Tray,
} from 'electron'
import { appScheme } from '../platform/app-link.ts'
import type { ElectronApi } from './electron/electron-api.ts'
import { ElectronShell } from './electron/electron-shell.ts'
import { readStart, rejectedElectron } from './electron/start-options.ts'

const electron: ElectronApi = {
  app,
  BrowserWindow,
  dialog,
  globalShortcut,
  ipcMain,
  Menu,
  nativeImage,
  Notification,
  powerSaveBlocker,
  screen,
  session,
  shell,
  Tray,
}

const start = readStart({
  argv: process.argv,
  env: process.env,
  platform: process.platform,
  isPackaged: app.isPackaged,
  resources: process.resourcesPath,
})
/** A path counts from the folder where it was given. */
const target =
  start.target === undefined || /^[a-z][a-z0-9+.-]+:/i.test(start.target) || isAbsolute(start.target) ? start.target : resolve(start.target)

// One program for each data folder.
app.setPath('userData', join(start.dataDir, 'electron'))
const rejected = rejectedElectron(process.versions.electron)
if (rejected !== undefined) {
  dialog.showErrorBox('AMI Streams', rejected)
  app.exit(1)
} else if (app.requestSingleInstanceLock({ target: target ?? null })) run()
else app.exit(0)

function run(): void {
  app.enableSandbox()
  if (app.isPackaged) app.setAsDefaultProtocolClient(appScheme)
  let program: ElectronShell | undefined
  /** What macOS asks for before the program is ready. */
  let early = target
  const open = (wanted: string | undefined): void => {
    if (program === undefined) early = wanted ?? early
    else void program.open(wanted)
  }
  app.on('second-instance', (_event, _argv, _folder, data) => {
    const wanted = (data as { readonly target?: unknown } | null)?.target
    open(typeof wanted === 'string' ? wanted : undefined)
  })
  app.on('open-url', (event, url) => {
    event.preventDefault()
    open(url)
  })
  app.on('open-file', (event, path) => {
    event.preventDefault()
    open(path)
  })
  app.on('activate', () => open(undefined))
  // What the program does without windows is its own choice.
  app.on('window-all-closed', () => undefined)
  app.on('before-quit', (event) => {
    event.preventDefault()
    void program?.askToQuit()
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void (program?.quit() ?? app.exit(0)))
  void app.whenReady().then(async () => {
    // The page has its own; macOS needs one for copy and paste.
    if (process.platform !== 'darwin') Menu.setApplicationMenu(null)
    program = new ElectronShell(electron, {
      ...start,
      target: early,
      env: process.env,
      preload: fileURLToPath(new URL('preload.cjs', import.meta.url)),
    })
    await program.start().catch((error: unknown) => program?.fail(error))
  })
}
