import { createRequire } from 'node:module'

/** True where the media engine and its binary for this system are installed. They are only looked for: loading them costs memory that the host does not need. */
export function mediaEnginePresent(): boolean {
  const toolchain = process.platform === 'win32' ? '-msvc' : ''
  try {
    const engine = createRequire(import.meta.url).resolve('node-av')
    createRequire(engine).resolve(`@seydx/node-av-${process.platform}-${process.arch}${toolchain}/node-av.node`)
    return true
  } catch {
    return false
  }
}
