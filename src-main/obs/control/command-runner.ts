import { isKnownRequest, requestSchemas } from '../../formats/obs-websocket/request-schemas.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { ReachPolicy } from '../../platform/outbound/reach.ts'
import { isLimited, mayAct, type Principal } from '../../platform/routes/principal.ts'
import { schemaFaults } from '../../platform/routes/schema-faults.ts'
import { requestFault } from '../connection/obs-fault.ts'
import type { InstanceBook } from '../instances/instance-book.ts'
import type { ObsSession } from '../instances/obs-session.ts'
import type { Batch, BatchAnswer, Done, ObsRequest } from '../schemas/commands.ts'
import { referenceProblem } from './reference-check.ts'
import { roleOfRequest } from './requests/request-access.ts'

export interface CommandContext {
  readonly principal: Principal
  readonly requestId: string
}

export interface CommandRunnerDependencies {
  readonly book: Pick<InstanceBook, 'session'>
  readonly audit: AuditLog
  readonly reach: () => ReachPolicy
}

/** Changes that a finger on a fader sends many times a second: the audit log would hold nothing else. */
const unrecorded = new Set([
  'OffsetMediaInputCursor',
  'SetInputAudioBalance',
  'SetInputVolume',
  'SetMediaInputCursor',
  'SetSceneItemTransform',
  'SetTBarPosition',
  'Sleep',
])
/** Fields of requests that say what was meant, for the audit log: names, never settings. */
const named = [
  'sceneName',
  'sourceName',
  'inputName',
  'filterName',
  'transitionName',
  'sceneItemId',
  'profileName',
  'sceneCollectionName',
  'outputName',
  'hotkeyName',
] as const
const maxNamed = 8

/** Sends requests to OBS for people: checked, allowed, recorded. */
export class CommandRunner {
  readonly #dependencies: CommandRunnerDependencies

  constructor(dependencies: CommandRunnerDependencies) {
    this.#dependencies = dependencies
  }

  /** Sends one request, or a few of which each is sent where the one before was done. Rejects with `obs.*`. */
  async run(idOrName: string, asked: ObsRequest | readonly ObsRequest[], context: CommandContext): Promise<Done> {
    const session = this.#dependencies.book.session(idOrName)
    const requests = 'request' in asked ? [asked] : asked
    const [only, ...more] = requests
    if (only === undefined) throw new AppError('request.invalid', 'body: nothing is to be changed')
    for (const each of requests) this.#check(each, session, context.principal, '')
    const sentMs = performance.now()
    const answer = more.length === 0 ? await session.call(only.request, only.data) : await sendAll(session, requests)
    this.#done(session, requests, context)
    return { tookMs: tookSince(sentMs), answer }
  }

  /** Sends many requests as one message; what fails is in the answer. Rejects with `obs.*`. */
  async batch(idOrName: string, { requests, haltOnFailure, execution }: Batch, context: CommandContext): Promise<BatchAnswer> {
    const session = this.#dependencies.book.session(idOrName)
    for (const [index, each] of requests.entries()) this.#check(each, session, context.principal, `requests[${index}].`)
    const sentMs = performance.now()
    const results = await session.batch(requests, { ...(haltOnFailure && { haltOnFailure }), ...(execution && { execution }) })
    this.#done(session, requests.slice(0, results.length), context)
    return { tookMs: tookSince(sentMs), results: [...results] }
  }

  /** Why a request may not be sent at this moment, for people; undefined where it may. */
  problem(idOrName: string, asked: ObsRequest, principal: Principal): string | undefined {
    try {
      this.#check(asked, this.#dependencies.book.session(idOrName), principal, '')
      return undefined
    } catch (error) {
      if (error instanceof AppError) return error.message
      throw error
    }
  }

  /** Throws where the request may not be sent, with the place in the body. */
  #check({ request, data }: ObsRequest, { version }: ObsSession, principal: Principal, place: string): void {
    if (!version.requests.includes(request)) {
      throw new AppError('obs.request_unknown', `${place}request: OBS ${version.obs} has no request ${request}`)
    }
    const role = roleOfRequest(request)
    if (!mayAct(principal, role))
      throw new AppError('auth.forbidden', `${place}request: ${request} reaches the machine of OBS and needs the role ${role}`)
    if (isKnownRequest(request)) {
      const [fault] = schemaFaults(requestSchemas[request], data ?? {}, `body.${place}data`, 1)
      if (fault !== undefined)
        throw new AppError('request.invalid', `${fault.place}: ${fault.problem}`, { details: { field: fault.place } })
    }
    if (!isLimited(principal)) return
    const problem = referenceProblem(data, this.#dependencies.reach(), `body.${place}data`)
    if (problem !== undefined) throw new AppError('url.forbidden', problem)
  }

  #done(session: ObsSession, requests: readonly ObsRequest[], { principal, requestId }: CommandContext): void {
    for (const { request, data } of requests) {
      if (request === 'SetVideoSettings') session.refresh({ what: 'overview' })
      const scene = data?.sceneName
      if (request === 'SetSceneItemBlendMode' && typeof scene === 'string') session.refresh({ what: 'scene', name: scene, isGroup: false })
    }
    const recorded = requests.filter(({ request }) => !request.startsWith('Get') && !unrecorded.has(request))
    if (recorded.length === 0) return
    const more = recorded.length > maxNamed ? `, and ${recorded.length - maxNamed} more` : ''
    this.#dependencies.audit.record({
      kind: 'command',
      message: `OBS ${session.name}: ${recorded.slice(0, maxNamed).map(describe).join(', ')}${more}`,
      actor: principal.id,
      sessionId: requestId,
      data: { obs: session.id },
    })
  }
}

function describe({ request, data }: ObsRequest): string {
  const about = named.flatMap((field) => (data?.[field] === undefined ? [] : `${String(data[field]).slice(0, 100)}`))
  return about.length === 0 ? request : `${request} (${about.join(', ')})`
}

/** Each is sent where the one before was done. Throws what the first says that was not. */
async function sendAll(session: ObsSession, requests: readonly ObsRequest[]): Promise<null> {
  const results = await session.batch(requests, { haltOnFailure: true })
  const failed = results.find(({ ok }) => !ok)
  if (failed !== undefined) throw requestFault(failed.request, failed.code, failed.comment)
  return null
}

const tookSince = (sentMs: number): number => Math.round((performance.now() - sentMs) * 100) / 100
