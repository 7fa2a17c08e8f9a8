/** What an ICE fragment says of its peer's credentials (RFC 8840, 9). Its candidates are not used: see `SfuEngine`. */
export interface TrickleFragment {
  readonly ufrag: string | undefined
  readonly pwd: string | undefined
}

/** Reads `application/trickle-ice-sdpfrag`; lines that it does not know are passed over. */
export function readTrickle(text: string): TrickleFragment {
  let ufrag: string | undefined
  let pwd: string | undefined
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line.startsWith('a=ice-ufrag:')) ufrag ??= credential(line.slice(12))
    else if (line.startsWith('a=ice-pwd:')) pwd ??= credential(line.slice(10))
  }
  return { ufrag, pwd }
}

function credential(text: string): string | undefined {
  return /^[A-Za-z0-9+/]{4,256}$/.test(text) ? text : undefined
}
