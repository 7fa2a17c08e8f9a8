export { connectSrt, SrtCallError, type SrtCallOptions } from './caller.ts'
export { type KeyBytes, passphraseLength } from './cipher.ts'
export type { SrtConnection, SrtEnd, SrtStatistics } from './connection.ts'
export { listenSrt, type SrtAnswer, type SrtListener, type SrtListenerOptions, type SrtRequest } from './listener.ts'
