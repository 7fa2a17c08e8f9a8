import type { Bridge } from '../../src-preload/contract.ts'

declare global {
  interface Window {
    readonly amiStreams?: Bridge
  }
}

/** What the desktop shell with Electron does for its main window; undefined in every other window and browser. */
export const shellBridge = (): Bridge | undefined => window.amiStreams
