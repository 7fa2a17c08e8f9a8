import type { SourceMemory } from '../../../../media/source-report.ts'
import { fingerprint } from '../fingerprint.ts'
import type { FilesRequest, PlayPosition, PlayRequest } from './messages.ts'

/** Both clocks at one moment: the monotonic one, and the wall's, ms since 1970. */
export interface TwoClocks {
  readonly us: number
  readonly ms: number
}

/** A memory that leads nearer than this to where it plays need not be written again, µs: the wall clock counts milliseconds. */
const toleranceUs = 20_000

/** What is kept of a position for a process that follows. */
export function toMemory(request: FilesRequest, position: PlayPosition, now: TwoClocks): SourceMemory {
  const { atUs, ...rest } = position
  return { ...rest, atMs: now.ms - (now.us - atUs) / 1000, of: filesOf(request) }
}

/** Undefined where it is none of ours, or of other files. */
export function fromMemory(request: PlayRequest, memory: SourceMemory | undefined, now: TwoClocks): PlayPosition | undefined {
  if (memory === undefined || request.type !== 'files' || memory.of !== filesOf(request)) return undefined
  const { item, positionUs, atMs, mode, speed, shown, resumes, round, place } = memory
  const isItem = (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < request.items.length
  if (!isItem(item) || !isAtLeast(positionUs, 0) || !isAtLeast(atMs, 0) || !isAtLeast(speed, 0.01)) return undefined
  if (mode !== 'playing' && mode !== 'paused' && mode !== 'ended') return undefined
  if (typeof shown !== 'boolean' || typeof resumes !== 'boolean') return undefined
  const atUs = Math.min(now.us, now.us - (now.ms - atMs) * 1000)
  const position: PlayPosition = { item, positionUs, atUs, mode, speed, shown, resumes }
  if (!Array.isArray(round) || !round.every(isItem) || !isAtLeast(place, 0)) return position
  return { ...position, round, place }
}

/** Whether a process that follows would be at the same position. */
export function matchesPosition(request: FilesRequest, memory: SourceMemory | undefined, position: PlayPosition, now: TwoClocks): boolean {
  const kept = fromMemory(request, memory, now)
  if (kept === undefined) return false
  const plays = position.mode === 'playing'
  const reachedUs = kept.positionUs + (plays ? (position.atUs - kept.atUs) * kept.speed : 0)
  return Math.abs(reachedUs - position.positionUs) < toleranceUs && discrete(kept) === discrete(position)
}

function discrete({ positionUs, atUs, ...rest }: PlayPosition): string {
  return JSON.stringify(Object.entries(rest).sort())
}

function isAtLeast(value: unknown, min: number): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= min
}

/** Two requests with the same one are played from the same files, in the same stretches. */
function filesOf({ items, shuffle, soundTrack }: FilesRequest): string {
  return fingerprint([items, shuffle, soundTrack])
}
