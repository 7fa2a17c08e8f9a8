import { AppError } from '../../../platform/errors.ts'
import type { HookAnswer } from './hook-request.ts'

/**
 * What the answer of a hook that decides means: 2xx accepts unless its JSON says `{ "allow": false, "reason": "…" }`, 4xx
 * rejects; anything else is no answer. Undefined: accepted.
 */
export function decisionOf(answer: HookAnswer, onFailure: 'refuse' | 'allow'): AppError | undefined {
  const { status } = answer
  if (status !== null && status >= 200 && status < 300) {
    const said = readAnswer(answer.body)
    return said.allow === false ? new AppError('hook.refused', said.reason) : undefined
  }
  if (status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429) {
    return new AppError('hook.refused', readAnswer(answer.body).reason)
  }
  return onFailure === 'allow' ? undefined : new AppError('hook.unanswered')
}

function readAnswer(body: string): { readonly allow?: unknown; readonly reason?: string } {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed !== 'object' || parsed === null) return {}
    const { allow, reason } = parsed as { allow?: unknown; reason?: unknown }
    return { allow, ...(typeof reason === 'string' && reason !== '' ? { reason: reason.slice(0, 200) } : {}) }
  } catch {
    return {}
  }
}
