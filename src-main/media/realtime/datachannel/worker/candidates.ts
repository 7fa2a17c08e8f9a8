import type { PeerConnection } from 'node-datachannel'

/** How long our own candidates may take, ms. */
const gatherMs = 3000

/** Called before the descriptions are set; what it answers waits until all of our own candidates are known. */
export function gathering(peer: PeerConnection): () => Promise<void> {
  const gathered = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no candidates were gathered')), gatherMs)
    peer.onGatheringStateChange((state) => {
      if (state !== 'complete') return
      clearTimeout(timer)
      resolve()
    })
  })
  gathered.catch(() => undefined)
  return async () => {
    if (peer.gatheringState() !== 'complete') await gathered
  }
}

/** Our candidates as seen from outside: host candidates with the public IP addresses in place of the bound ones. */
export function announced(candidates: readonly string[], addresses: readonly string[]): readonly string[] {
  const host = candidates.find((each) => / typ host/.test(each))
  if (addresses.length === 0 || host === undefined) return candidates
  const parts = host.split(' ')
  return addresses.map((address, i) =>
    parts.map((part, at) => (at === 0 ? `candidate:${i + 1}` : at === 3 ? String(2_122_317_823 - i) : at === 4 ? address : part)).join(' '),
  )
}
