/** NAL units between start codes, as encoders and transport streams carry them (ISO/IEC 14496-10 and ITU-T H.265, Annex B). */

/** The NAL units of a byte stream, without start codes and trailing zeros, without copying. */
export function splitAnnexB(data: Uint8Array): Uint8Array[] {
  const units: Uint8Array[] = []
  let start = -1
  let at = 0
  const last = data.length - 2
  while (at < last) {
    const third = data[at + 2] as number
    if (third > 1) at += 3
    else if (third === 0) at += 1
    else if (data[at] === 0 && data[at + 1] === 0) {
      if (start >= 0) push(units, data, start, at)
      start = at + 3
      at = start
    } else at += 3
  }
  if (start >= 0) push(units, data, start, data.length)
  return units
}

function push(units: Uint8Array[], data: Uint8Array, start: number, stop: number): void {
  let end = stop
  while (end > start && data[end - 1] === 0) end--
  if (end > start) units.push(data.subarray(start, end))
}

/** NAL units with four-byte lengths before them, in one piece of memory of its own. */
export function lengthPrefixed(units: readonly Uint8Array[]): Uint8Array {
  let size = 0
  for (const unit of units) size += 4 + unit.length
  const out = Buffer.allocUnsafeSlow(size)
  let at = 0
  for (const unit of units) {
    at = out.writeUInt32BE(unit.length, at)
    out.set(unit, at)
    at += unit.length
  }
  return out
}
