import { ladderRungs } from './ladder-rungs.ts'
import type { Preset, Rung } from './schemas.ts'

/** Rungs of these heights, with the ladder's bitrates times a factor. */
function rungs(heights: readonly number[], factor = 1): Rung[] {
  return ladderRungs
    .filter(({ height }) => heights.includes(height))
    .map(({ height, kbps }) => ({ height, kbps: Math.round((kbps * factor) / 50) * 50 }))
    .reverse()
}

/** The presets that the product comes with, as they are until somebody changes them. */
export const builtInPresets: readonly Preset[] = [
  { id: 'gaming', name: 'Gaming', codec: 'h264', speed: 'fast', bFrames: 0, rungs: rungs([1080, 720, 480, 360], 1.15), builtIn: true },
  { id: 'talk', name: 'Talk', codec: 'h264', speed: 'fastest', bFrames: 0, rungs: rungs([720, 480, 240], 0.6), builtIn: true },
  { id: 'sport', name: 'Sport', codec: 'h264', speed: 'fast', bFrames: 0, rungs: rungs([1080, 720, 480, 360, 240], 1.3), builtIn: true },
  { id: 'low-latency', name: 'Low latency', codec: 'h264', speed: 'fastest', bFrames: 0, rungs: rungs([720, 480, 360]), builtIn: true },
  {
    id: 'quality',
    name: 'Quality',
    codec: 'h264',
    speed: 'fine',
    bFrames: 3,
    rungs: rungs([2160, 1080, 720, 480, 360, 240]),
    builtIn: true,
  },
]
