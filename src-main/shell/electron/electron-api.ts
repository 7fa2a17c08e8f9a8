/** What the shell uses of Electron: the entry hands it on, and tests run the same code on a double. */
export type ElectronApi = Pick<
  typeof import('electron'),
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'globalShortcut'
  | 'ipcMain'
  | 'Menu'
  | 'nativeImage'
  | 'Notification'
  | 'powerSaveBlocker'
  | 'screen'
  | 'session'
  | 'shell'
  | 'Tray'
>
