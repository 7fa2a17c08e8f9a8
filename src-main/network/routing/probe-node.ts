import type { ProbeAnswer } from './routing-schemas.ts'

/** A node that takes longer is away, ms. */
const probeMs = 1000
/** Longest answer that is read, bytes. */
const maxBytes = 2000
const states: readonly ProbeAnswer['state'][] = ['serving', 'draining', 'away']

/** How a node says that it is at its public URL: `unclear` where what it answers is no answer of a node, undefined where it does not answer. */
export async function probeNode(url: string): Promise<ProbeAnswer['state'] | 'unclear' | undefined> {
  try {
    const reply = await fetch(`${url}/api/v1/cdn/probe`, { redirect: 'error', signal: AbortSignal.timeout(probeMs) })
    const bytes = Number(reply.headers.get('content-length') ?? maxBytes)
    if (reply.ok && bytes < maxBytes) return stateIn(await reply.text())
    await reply.body?.cancel()
    return reply.ok ? 'unclear' : undefined
  } catch {
    return undefined
  }
}

function stateIn(text: string): ProbeAnswer['state'] | 'unclear' {
  return states.find((state) => text.includes(`"state":"${state}"`)) ?? 'unclear'
}
