/** Runs in the sandbox of the main window before its page, in a world of its own: hands the page the calls of the contract, and nothing else. */
import { contextBridge, ipcRenderer } from 'electron'
import type { Bridge, BridgeCall, Channel, Takes } from './contract.ts'

const call = <Name extends BridgeCall>(name: Name, takes: Takes<Name>) =>
  ipcRenderer.invoke(`ami-streams:${name}` satisfies Channel<Name>, takes)

const bridge: Bridge = {
  chooseFiles: (takes) => call('chooseFiles', takes),
  chooseFolder: (takes) => call('chooseFolder', takes),
}
contextBridge.exposeInMainWorld('amiStreams', bridge)
