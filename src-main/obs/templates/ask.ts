import type { Said } from '../connection/said.ts'
import type { ObsSession } from '../instances/obs-session.ts'
import type { ObsRequest } from '../schemas/commands.ts'

/** So many requests are sent as one message: OBS answers when all are done. */
export const requestsAtOnce = 200

/** Sends requests, many as one message; what fails is null. Rejects with `obs.*` where no answer comes. */
export async function ask(session: Pick<ObsSession, 'batch'>, requests: readonly ObsRequest[]): Promise<(Said | null)[]> {
  const answers: (Said | null)[] = []
  for (let from = 0; from < requests.length; from += requestsAtOnce) {
    const results = await session.batch(requests.slice(from, from + requestsAtOnce))
    for (const { ok, answer } of results) answers.push(ok ? (answer ?? {}) : null)
  }
  return answers
}
