import type { ProbeAnswer } from './routing-schemas.ts'

/** A node that takes longer is away, ms. */
const probeMs = 1000
/** Longest answer that is read, bytes: a node that somebody took over answers whatever they like. */
const maxBytes = 2000
const states: readonly ProbeAnswer['state'][] = ['serving', 'draining', 'away']

/** How a node says that it is at its public URL: `unclear` where what it answers is no answer of a node, undefined where it does not answer. */
export async function probeNode(url: string): Promise<ProbeAnswer['state'] | 'unclear' | undefined> {
  try {
    const reply = await fetch(`${url}/api/v1/cdn/probe`, { redirect: 'error', signal: AbortSignal.timeout(probeMs) })
    const text = reply.ok ? await firstOf(reply) : undefined
    await reply.body?.cancel()
    return text === undefined ? undefined : stateIn(text)
  } catch {
    return undefined
  }
}

/** The start of what was answered, decompressed. */
async function firstOf(reply: Response): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  const reader = reply.body?.getReader()
  for (let piece = await reader?.read(); piece?.value !== undefined && text.length < maxBytes; piece = await reader?.read())
    text += decoder.decode(piece.value.subarray(0, maxBytes), { stream: true })
  reader?.releaseLock()
  return text.slice(0, maxBytes)
}

function stateIn(text: string): ProbeAnswer['state'] | 'unclear' {
  return states.find((state) => text.includes(`"state":"${state}"`)) ?? 'unclear'
}
