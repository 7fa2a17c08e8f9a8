import type { Laid } from './clip-chain.ts'

type Details = Record<string, string | number | null>

/** What a source reports of the item that is seen: where it is in it, how long it is and what is in it. */
export function itemDetails(laid: Laid | undefined, mediaUs: number, hasEnded: boolean): Details & { readonly positionMs: number } {
  const facts = laid?.clip.facts
  const reachedUs = laid === undefined ? 0 : mediaUs - laid.baseUs
  const maxUs = (hasEnded ? facts?.durationUs : undefined) ?? Number.POSITIVE_INFINITY
  return {
    positionMs: Math.round(Math.max(0, Math.min(reachedUs, maxUs)) / 1000),
    durationMs: facts?.durationUs === undefined ? null : Math.round(facts.durationUs / 1000),
    item: laid === undefined ? null : laid.item + 1,
    file: laid === undefined ? null : laid.clip.item.file,
    width: facts?.width ?? null,
    height: facts?.height ?? null,
    frameRate: facts?.frameRate ?? null,
    videoCodec: facts?.videoCodec ?? null,
    audioCodec: facts?.audioCodec ?? null,
  }
}
