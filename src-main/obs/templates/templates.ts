import { createHash } from 'node:crypto'
import { obsFile } from '../../media/obs-show/obs-file.ts'
import type { ObsShow, ObsShowMaker, ObsShowNote, ObsTarget } from '../../media/obs-show/obs-show.ts'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { ReachPolicy } from '../../platform/outbound/reach.ts'
import { randomText } from '../../platform/random-id.ts'
import { isLimited, type Principal } from '../../platform/routes/principal.ts'
import { Turns } from '../../platform/timing/turns.ts'
import { numberOf, textsOf } from '../connection/said.ts'
import type { CommandContext } from '../control/command-runner.ts'
import { referenceProblem } from '../control/reference-check.ts'
import type { InstanceBook } from '../instances/instance-book.ts'
import type { ObsSession } from '../instances/obs-session.ts'
import type { Application, Applied, SceneCollection, Template, TemplatePlan, Undone } from '../schemas/templates.ts'
import type { ApplicationStore, StoredApplication } from './application-store.ts'
import { applyWork } from './apply.ts'
import { joined } from './before.ts'
import { liveNames } from './live-names.ts'
import { readLiveShow } from './live-show.ts'
import { type Plan, planShow } from './plan.ts'
import { readShow } from './read-show.ts'
import { bringBack } from './undo.ts'

export interface TemplatesDependencies {
  readonly book: Pick<InstanceBook, 'session' | 'describe'>
  readonly shows: ObsShowMaker
  readonly store: ApplicationStore
  readonly audit: AuditLog
  readonly events: Pick<EventBus, 'publish'>
  readonly reach: () => ReachPolicy
}

interface Planned {
  readonly show: ObsShow
  readonly plan: Plan
  readonly described: TemplatePlan
}

/** Max requests for one OBS that wait. */
const maxWaiting = 20

/** Max items of a show that is built in an OBS. */
const maxItems = 4000

/** Shows of the studio, built in an OBS: planned, applied, undone. One after the other for each OBS. */
export class Templates {
  readonly #dependencies: TemplatesDependencies
  /** Of each instance that is worked at. */
  readonly #turns = new Map<string, Turns>()

  constructor(dependencies: TemplatesDependencies) {
    this.#dependencies = dependencies
  }

  /** What `apply` would do. Rejects with `obs.*`, `studio.collection_*`, `url.forbidden`. */
  async plan(idOrName: string, template: Template, { principal }: Pick<CommandContext, 'principal'>): Promise<TemplatePlan> {
    const session = this.#dependencies.book.session(idOrName)
    return (await this.#plan(session, template, principal)).described
  }

  /** Builds a template in an OBS. What was done before a failure stays, and the next call goes on from there. */
  async apply(idOrName: string, template: Template, { principal, requestId }: CommandContext): Promise<Applied> {
    const { book, store, audit } = this.#dependencies
    const session = book.session(idOrName)
    return this.#alone(session.id, async () => {
      const startedMs = performance.now()
      const tookMs = (): number => Math.round(performance.now() - startedMs)
      const { plan, described } = await this.#plan(session, template, principal)
      if (template.expect !== undefined && template.expect !== described.fingerprint) {
        throw new AppError('obs.template_changed', `OBS ${session.name} or the template has changed since the plan was made`)
      }
      const open = (await store.of(session.id)).find(({ collection }) => collection === described.collection)
      const resumed = open?.state === 'interrupted' && open.template === described.template ? open : undefined
      if (described.created.length + described.changed.length === 0) {
        if (resumed !== undefined) await this.#save(session.id, { ...resumed, state: 'applied' })
        return { ...described, application: resumed ? shown({ ...resumed, state: 'applied' }) : null, tookMs: tookMs() }
      }
      const stored: StoredApplication = {
        id: resumed?.id ?? `apply_${randomText(12)}`,
        template: described.template,
        collection: described.collection,
        state: 'interrupted',
        at: resumed?.at ?? new Date().toISOString(),
        before: resumed === undefined ? plan.before : joined(resumed.before, plan.before),
      }
      // On disk before OBS is touched: whatever ends now, it can be undone.
      await this.#save(session.id, stored)
      audit.record({
        kind: 'command',
        message: `OBS ${session.name}: the template "${described.template}" is applied: ${described.created.length} created, ${described.changed.length} changed`,
        actor: principal.id,
        sessionId: requestId,
        data: { obs: session.id },
      })
      await applyWork(session, plan.work)
      const done: StoredApplication = { ...stored, state: 'applied' }
      await this.#save(session.id, done)
      return { ...described, application: shown(done), tookMs: tookMs() }
    })
  }

  /** Templates that were applied to an OBS and can be undone, newest first. */
  async list(idOrName: string): Promise<readonly Application[]> {
    return (await this.#dependencies.store.of(this.#dependencies.book.describe(idOrName).id)).map(shown)
  }

  /** Brings back what was before the newest application. Rejects with `obs.template_*`, and as `plan` does. */
  async undo(idOrName: string, wanted: string | undefined, { principal, requestId }: CommandContext): Promise<Undone> {
    const { book, store, audit } = this.#dependencies
    const session = book.session(idOrName)
    return this.#alone(session.id, async () => {
      const all = await store.of(session.id)
      const { collection } = await readLiveShow(session, () => () => false)
      const newest = all.find((each) => each.collection === collection)
      const chosen = wanted === undefined ? newest : all.find(({ id }) => id === wanted)
      if (chosen === undefined)
        throw new AppError(
          'obs.template_not_applied',
          `No template was applied to the scene collection "${collection}" of OBS ${session.name}`,
        )
      if (chosen.collection !== collection) {
        throw new AppError(
          'obs.template_other_collection',
          `"${chosen.template}" was applied to the scene collection "${chosen.collection}"; OBS has "${collection}"`,
        )
      }
      if (chosen !== newest) throw new AppError('obs.template_not_newest', `"${newest?.template}" was applied after "${chosen.template}"`)
      audit.record({
        kind: 'command',
        message: `OBS ${session.name}: the template "${chosen.template}" is undone`,
        actor: principal.id,
        sessionId: requestId,
        data: { obs: session.id },
      })
      const result = await bringBack(session, chosen.before)
      await store.remove(chosen.id)
      await this.#announce(session.id)
      return { application: shown(chosen), ...result }
    })
  }

  /** What an OBS has, as the file of a scene collection. */
  async read(idOrName: string): Promise<SceneCollection> {
    const session = this.#dependencies.book.session(idOrName)
    const [show, video] = await Promise.all([readShow(session), session.call('GetVideoSettings')])
    const frameRate = numberOf(video?.fpsNumerator, 30) / (numberOf(video?.fpsDenominator, 1) || 1)
    return { name: show.name, document: obsFile(show), width: show.width, height: show.height, frameRate }
  }

  async #plan(session: ObsSession, template: Template, principal: Principal): Promise<Planned> {
    const { show, notes } = await this.#make(session, template)
    const count = show.scenes.reduce((sum, { items }) => sum + items.length, 0)
    if (count > maxItems) throw new AppError('request.invalid', `The show has ${count} items: ${maxItems} can be built in an OBS`)
    const live = await readLiveShow(session, (lists) => {
      const names = liveNames(show, lists)
      return (name) => names.has(name)
    })
    const plan = planShow(show, live)
    const problem = isLimited(principal) ? referenceProblem(plan.work, this.#dependencies.reach(), 'template') : undefined
    if (problem !== undefined) throw new AppError('url.forbidden', problem)
    const { created, changed, left, work } = plan
    const onAir =
      work.scenes.some(({ scene }) => scene === live.program) || changed.some(({ what, in: at }) => what === 'item' && at === live.program)
    const fingerprint = createHash('sha256').update(JSON.stringify(work)).digest('base64url').slice(0, 24)
    const described = {
      template: show.name,
      collection: live.collection,
      created: [...created],
      changed: [...changed],
      left: [...left],
      onAir,
      notCarried: notes.map((note: ObsShowNote) => ({ ...note })),
      fingerprint,
    }
    return { show, plan, described }
  }

  #make(session: ObsSession, { collection, show, gameCapture = false }: Template): ReturnType<ObsShowMaker['make']> {
    if ((collection === undefined) === (show === undefined))
      throw new AppError('request.invalid', 'body: send `collection` or `show`, one of them')
    return targetOf(session, gameCapture).then((target) =>
      this.#dependencies.shows.make(show === undefined ? { collection } : { name: show }, target),
    )
  }

  async #save(instance: string, application: StoredApplication): Promise<void> {
    await this.#dependencies.store.save(instance, application)
    await this.#announce(instance)
  }

  async #announce(instance: string): Promise<void> {
    const { events, store } = this.#dependencies
    events.publish('obs.templates', { obs: instance, items: (await store.of(instance)).map(shown), nextCursor: null })
  }

  /** Jobs of one OBS, one after the other. */
  #alone<T>(id: string, job: () => Promise<T>): Promise<T> {
    const turns = this.#turns.get(id) ?? new Turns(maxWaiting, 'templates of this OBS', 'obs.busy')
    this.#turns.set(id, turns)
    return turns.next(job).finally(() => {
      if (turns.idle) this.#turns.delete(id)
    })
  }
}

const shown = ({ id, template, collection, state, at }: StoredApplication): Application => ({ id, template, collection, state, at })

async function targetOf(session: ObsSession, capturesGames: boolean): Promise<ObsTarget> {
  const [kinds, video] = await Promise.all([session.call('GetInputKindList', { unversioned: false }), session.call('GetVideoSettings')])
  const [major = 0, minor = 0] = session.version.obs.split('.').map(Number)
  return {
    canvas: { width: Math.round(numberOf(video?.baseWidth, 1920)), height: Math.round(numberOf(video?.baseHeight, 1080)) },
    inputs: textsOf(kinds?.inputKinds),
    title: `OBS ${session.version.obs}${session.version.platform === '' ? '' : ` on ${session.version.platform}`}`,
    cutsAtBounds: major > 30 || (major === 30 && minor >= 1),
    file: false,
    capturesGames,
  }
}
