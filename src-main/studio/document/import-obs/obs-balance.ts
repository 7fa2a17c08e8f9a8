/** How far from the middle OBS Studio lets a balance be without doing anything. */
const idle = 0.01

/**
 * The pan (-1 to 1) and the gain (dB) that are heard as a balance of OBS Studio (0 to 1) does. OBS weakens both sides by the sine law, so
 * that what is heard on one side only stays as loud as it was and everything between is quieter; a pan of ours leaves the nearer side
 * as it is and weakens the other.
 */
export function panOfBalance(balance: number): { readonly pan: number; readonly gainDb: number } {
  if (balance > 0.5 - idle && balance < 0.5 + idle) return { pan: 0, gainDb: 0 }
  const share = Math.min(Math.max(balance, 0), 1)
  const left = Math.sin(((1 - share) * Math.PI) / 2)
  const right = Math.sin((share * Math.PI) / 2)
  const [near, far] = left > right ? [left, right] : [right, left]
  const pan = (Math.acos(Math.min(far / near, 1)) * 2) / Math.PI
  return { pan: left > right ? -pan : pan, gainDb: 20 * Math.log10(near) }
}

/** The balance of OBS Studio (0 to 1) that is heard as a pan of ours (-1 to 1), and the gain (dB) that it takes away from both sides. */
export function balanceOfPan(pan: number): { readonly balance: number; readonly gainDb: number } {
  if (pan === 0) return { balance: 0.5, gainDb: 0 }
  // The farther side is `cos(|pan|·90°)` as loud as the nearer one, and both sides are sines of a share of 90°.
  const ratio = Math.cos((Math.min(Math.abs(pan), 1) * Math.PI) / 2)
  const far = (Math.atan(ratio) * 2) / Math.PI
  const balance = Math.round((pan < 0 ? far : 1 - far) * 1e4) / 1e4
  return { balance, gainDb: panOfBalance(balance).gainDb }
}
