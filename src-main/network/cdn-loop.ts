/** Name of our nodes in `CDN-Loop` (RFC 8586): each adds it to what it sends on. */
export const cdnName = 'ami-streams'
/** Header with the networks that a request has passed. */
export const loopHeader = 'cdn-loop'
/** A request that has passed so many of our nodes goes in a circle. */
export const maxPasses = 8

/** How many of our nodes a request has passed by what its header says. */
export function passesOf(header: string): number {
  return header.split(',').filter((each) => (each.split(';')[0] ?? '').trim().toLowerCase() === cdnName).length
}

/** The header with one pass more. */
export function withPass(header: string): string {
  return header.trim() === '' ? cdnName : `${header}, ${cdnName}`
}
