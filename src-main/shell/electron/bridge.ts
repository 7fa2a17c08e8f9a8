import type { IpcMainInvokeEvent } from 'electron'
import Value from 'typebox/value'
import { type Answers, type BridgeCall, bridgeCalls, type Channel, type Takes } from '../../../src-preload/contract.ts'
import { isOwnPage } from '../navigation.ts'
import type { ElectronApi } from './electron-api.ts'

export type BridgeHandlers = {
  readonly [Name in BridgeCall]: (takes: Takes<Name>, event: IpcMainInvokeEvent) => Promise<Answers<Name>>
}

export interface BridgeOptions {
  readonly host: () => URL | undefined
  /** Whether these are the contents of the main window, which alone has the bridge. */
  readonly isMain: (contents: IpcMainInvokeEvent['sender']) => boolean
  readonly handlers: BridgeHandlers
}

/** Answers the calls of the page. Rejects those of every other sender, and what the contract does not describe. */
export function serveBridge({ ipcMain }: Pick<ElectronApi, 'ipcMain'>, { host, isMain, handlers }: BridgeOptions): void {
  const serve = <Name extends BridgeCall>(name: Name): void =>
    ipcMain.handle(`ami-streams:${name}` satisfies Channel<Name>, async (event, takes: unknown): Promise<Answers<Name>> => {
      const own = host()
      const frame = event.senderFrame
      if (own === undefined || frame === null || frame.parent !== null || !isOwnPage(frame.url, own) || !isMain(event.sender))
        throw new Error('Only the page of the main window may call this')
      const { takes: schema } = bridgeCalls[name]
      if (!Value.Check(schema, takes)) throw new Error(`Not what ${name} takes`)
      return handlers[name](takes as Takes<Name>, event)
    })
  for (const name of Object.keys(bridgeCalls) as BridgeCall[]) serve(name)
}

/** Asks for files and folders by the dialogs of the system, one at a time. */
export function fileDialogs({ dialog, BrowserWindow }: Pick<ElectronApi, 'dialog' | 'BrowserWindow'>): BridgeHandlers {
  let isOpen = false
  const ask = async (event: IpcMainInvokeEvent, properties: ('openFile' | 'openDirectory' | 'multiSelections' | 'createDirectory')[]) => {
    const window = BrowserWindow.fromWebContents(event.sender)
    if (isOpen || window === null) return []
    isOpen = true
    try {
      return (await dialog.showOpenDialog(window, { properties })).filePaths
    } finally {
      isOpen = false
    }
  }
  return {
    chooseFiles: ({ several }, event) => ask(event, several ? ['openFile', 'multiSelections'] : ['openFile']),
    chooseFolder: (_takes, event) => ask(event, ['openDirectory', 'createDirectory']),
  }
}
