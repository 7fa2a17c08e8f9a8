import { createRequire } from 'node:module'

/** True where the media engine is installed. It is only looked for: loading it costs memory that the host does not need. */
export function mediaEnginePresent(): boolean {
  try {
    createRequire(import.meta.url).resolve('node-av')
    return true
  } catch {
    return false
  }
}
