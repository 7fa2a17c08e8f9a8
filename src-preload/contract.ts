import { type Static, Type } from 'typebox'

/**
 * What the page may ask the desktop shell for, the only contract between them: the page's types, the preload script's and the checks of
 * the main process come from here. The preload script imports types of it alone.
 */
export const bridgeCalls = {
  /** Asks a person for files of this machine. Answers their paths; none where the person cancels. */
  chooseFiles: {
    takes: Type.Object({ several: Type.Boolean() }, { additionalProperties: false }),
    answers: Type.Array(Type.String()),
  },
  /** Asks a person for a folder of this machine. Answers its path; none where the person cancels. */
  chooseFolder: {
    takes: Type.Object({}, { additionalProperties: false }),
    answers: Type.Array(Type.String()),
  },
} as const

export type BridgeCall = keyof typeof bridgeCalls
export type Takes<Name extends BridgeCall> = Static<(typeof bridgeCalls)[Name]['takes']>
export type Answers<Name extends BridgeCall> = Static<(typeof bridgeCalls)[Name]['answers']>

/** `window.amiStreams` of the page, in the main window of the desktop shell with Electron; missing everywhere else. */
export type Bridge = { readonly [Name in BridgeCall]: (takes: Takes<Name>) => Promise<Answers<Name>> }

/** Channel of a call between the two processes. */
export type Channel<Name extends BridgeCall = BridgeCall> = `ami-streams:${Name}`
