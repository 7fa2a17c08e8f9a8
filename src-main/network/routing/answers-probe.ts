/** A node that takes longer is away, ms. */
const probeMs = 1000

/** True where the node answers at its public URL. What it answers is not read. */
export async function answersProbe(url: string): Promise<boolean> {
  try {
    const reply = await fetch(`${url}/api/v1/cdn/probe`, { redirect: 'error', signal: AbortSignal.timeout(probeMs) })
    await reply.body?.cancel()
    return reply.ok
  } catch {
    return false
  }
}
