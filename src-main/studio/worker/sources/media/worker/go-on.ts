import type { PlayPosition } from '../messages.ts'
import type { ClipChain, Laid } from './clip-chain.ts'
import type { PlayOrder } from './play-order.ts'

/** Decoding starts so long before what is shown first is due, µs; longer where that turned out to be too short. */
const leadUs = 150_000
const maxTries = 3
/** Items that are opened to find the one that would be played by now. */
const maxItems = 64

export interface GoOnDependencies {
  readonly chain: ClipChain
  readonly order: PlayOrder
  /** How many the list has. */
  readonly items: number
  readonly nowUs: () => number
  readonly gaveUp: () => boolean
}

/**
 * Opens a list where it would be by now, had it not been interrupted at a position. Answers the position in the item that is open, and
 * when that is due where it plays. Throws MediaFault.
 */
export async function goOn(
  from: PlayPosition,
  dependencies: GoOnDependencies,
): Promise<{ readonly atUs: number; readonly dueUs?: number }> {
  const { chain, order, nowUs, gaveUp } = dependencies
  order.resume(from.item, from)
  const { laid } = await chain.open(0)
  if (from.mode === 'paused') return { atUs: await chain.seek(from.positionUs) }
  if (from.mode === 'ended') return { atUs: await chain.seek(Math.min(from.positionUs, lastFrameUs(laid))) }
  let place: Place = { beganUs: 0, laid, passed: 0 }
  let aheadUs = leadUs
  for (let left = maxTries; ; left--) {
    const startedUs = nowUs()
    const aimedUs = reachedUs(from, startedUs + aheadUs)
    // What is aimed at may be in the next item already.
    place = await passItems(aimedUs, place, dependencies)
    const { beganUs } = place
    const atUs = await chain.seek(Math.max(0, aimedUs - beganUs))
    await (chain.newest as Laid).clip.prime()
    const tookUs = nowUs() - startedUs
    if (tookUs <= aheadUs || left <= 1 || gaveUp()) {
      return { atUs, dueUs: from.atUs + (beganUs + atUs - from.positionUs) / from.speed }
    }
    aheadUs = 1.5 * tookUs
  }
}

/** An open item on the way to the one that plays by now. */
interface Place {
  /** Media time at which it starts, counted from the start of the item that was seen, µs. */
  readonly beganUs: number
  readonly laid: Laid
  /** Items that were passed on the way. */
  readonly passed: number
}

/** Goes on to the item that plays at a media time, counted from the start of the one that was seen. */
async function passItems(aimedUs: number, from: Place, { chain, order, items, gaveUp }: GoOnDependencies): Promise<Place> {
  let { beganUs, laid, passed } = from
  while (passed < maxItems && !gaveUp()) {
    const { durationUs } = laid.clip.facts
    if (durationUs === undefined || durationUs <= 0 || aimedUs - beganUs < durationUs || !order.next()) break
    beganUs += durationUs
    passed++
    // Whole rounds need not be walked.
    if (passed === items) beganUs += Math.max(0, Math.floor((aimedUs - beganUs) / beganUs)) * beganUs
    if (order.current !== laid.item) laid = (await chain.open(0)).laid
  }
  return { beganUs, laid, passed }
}

/** Media time that is reached at a time of the clock, counted from the start of the item that was seen. */
function reachedUs({ positionUs, atUs, speed }: PlayPosition, clockUs: number): number {
  return positionUs + (clockUs - atUs) * speed
}

/** A moment at which the last frame is seen. */
function lastFrameUs({ clip: { facts } }: Laid): number {
  return facts.durationUs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, facts.durationUs - 0.5e6 / (facts.frameRate ?? 25))
}
