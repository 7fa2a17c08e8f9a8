/** What an ICE fragment says (RFC 8840, 9). */
export interface TrickleFragment {
  readonly ufrag: string | undefined
  readonly pwd: string | undefined
  readonly candidates: readonly { readonly candidate: string; readonly mid: string }[]
}

const maxCandidates = 64

/** Reads `application/trickle-ice-sdpfrag`; lines that it does not know are passed over. */
export function readTrickle(text: string): TrickleFragment {
  let ufrag: string | undefined
  let pwd: string | undefined
  let mid = '0'
  const candidates: { candidate: string; mid: string }[] = []
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.startsWith('a=ice-ufrag:')) ufrag ??= credential(line.slice(12))
    else if (line.startsWith('a=ice-pwd:')) pwd ??= credential(line.slice(10))
    else if (line.startsWith('a=mid:')) mid = line.slice(6, 38)
    else if (line.startsWith('a=candidate:') && line.length < 500 && candidates.length < maxCandidates)
      candidates.push({ candidate: line.slice(2), mid })
  }
  return { ufrag, pwd, candidates }
}

function credential(text: string): string | undefined {
  return /^[A-Za-z0-9+/]{4,256}$/.test(text) ? text : undefined
}
