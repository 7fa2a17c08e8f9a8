import type { Answer } from '../../api/index.ts'
import type { ApiEvent } from '../../platform/api-client.ts'
import { AppError, type ErrorCode, isErrorCode } from '../../platform/errors.ts'
import { type Output, printable } from '../output.ts'
import type { CommandContext } from './context.ts'
import type { TypedClient } from './typed-client.ts'

/** A job on a machine, as the host answers it. */
export type JobAnswer = Answer<'GET', '/network/machines/jobs/ID'>

/** Starts a job, shows what it does as it does it, and resolves when it is done; Ctrl+C cancels it. Throws what it failed with. */
export async function runJob(
  client: TypedClient,
  path: '/network/machines/set-up' | '/network/machines/remove',
  body: object,
  context: CommandContext,
  output: Output,
): Promise<JobAnswer> {
  const over = new AbortController()
  const early: ApiEvent[] = []
  let id: string | undefined
  const shown = new Set<string>()
  const say = (text: string): void => {
    if (!output.json) context.stderr.write(`${printable(text)}\n`)
  }
  const show = (job: JobAnswer): void => {
    for (const step of job.steps) {
      const key = `${step.id} ${step.state}`
      if (step.state === 'waiting' || shown.has(key)) continue
      shown.add(key)
      say(step.state === 'running' ? `${step.id} …` : `${step.id} ${step.state} (${((step.ms ?? 0) / 1000).toFixed(1)} s)`)
    }
  }
  const follow = ({ topic, data }: ApiEvent): void => {
    if ((data as { id?: string }).id !== id) return
    if (topic === 'network.job.log') say(`    ${(data as { line: string }).line}`)
    else if (topic === 'network.job.updated') {
      show(data as JobAnswer)
      if ((data as JobAnswer).state !== 'running') over.abort()
    }
  }
  const opened = Promise.withResolvers<void>()
  const listening = client.listen(
    ['network.job.'],
    (event) => {
      if (id === undefined) early.push(event)
      else follow(event)
    },
    over.signal,
    opened.resolve,
  )
  listening.catch(opened.reject)
  try {
    await opened.promise
    id = (await client.send('POST', path, body)).id
    for (const event of early) follow(event)
    void context.untilStopped().then(() => client.send('POST', `/network/machines/jobs/${id}/cancel`).catch(() => undefined))
    await listening.catch((error: unknown) => {
      if (!over.signal.aborted) throw error
    })
  } finally {
    over.abort()
  }
  const job = await client.get(`/network/machines/jobs/${id}`)
  if (job.state === 'done') return job
  const code: ErrorCode = job.error !== null && isErrorCode(job.error.code) ? job.error.code : 'internal'
  throw new AppError(code, job.error?.message)
}
