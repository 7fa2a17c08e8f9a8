import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { findMediasoupWorker } from './mediasoup/mediasoup-worker-file.ts'
import type { SfuEngineName } from './sfu-engine.ts'

/** The WebRTC engines that are installed, the one that `auto` takes first. They are only looked for, not loaded. */
export function webrtcEnginesPresent(): readonly SfuEngineName[] {
  const found: SfuEngineName[] = []
  if (findMediasoupWorker() !== undefined) found.push('mediasoup')
  if (dataChannelPresent()) found.push('node-datachannel')
  return found
}

/** The package brings its binary as one of its own for each system, named by platform, architecture and C library. */
function dataChannelPresent(): boolean {
  try {
    let folder = dirname(createRequire(import.meta.url).resolve('node-datachannel'))
    while (basename(folder) !== 'node_modules' && dirname(folder) !== folder) folder = dirname(folder)
    const system = `${process.platform}-${process.arch}`
    return readdirSync(join(folder, '@node-datachannel')).some((name) => name.startsWith(system))
  } catch {
    return false
  }
}
