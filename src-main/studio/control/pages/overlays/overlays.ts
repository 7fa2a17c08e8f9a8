import type { TSchema } from 'typebox'
import Value from 'typebox/value'
import type { AuditLog } from '../../../../platform/audit.ts'
import { AppError } from '../../../../platform/errors.ts'
import type { EventBus } from '../../../../platform/events/events.ts'
import { newSecret } from '../../../../platform/identity/secrets.ts'
import { judgeBy } from '../../../../platform/outbound/judged-connection.ts'
import { type NetworkPolicy, urlProblem } from '../../../../platform/outbound/network-policy.ts'
import { isSameSecret, ownPageToken } from '../../../../platform/outbound/own-pages.ts'
import { isMaskedUrl, maskUrl, wholeUrl } from '../../../../platform/outbound/url-secrets.ts'
import { randomText } from '../../../../platform/random-id.ts'
import { isLimited, type Principal } from '../../../../platform/routes/principal.ts'
import { schemaFaults } from '../../../../platform/routes/schema-faults.ts'
import { findOverlayKind, overlayKinds } from './kinds/overlay-kinds.ts'
import type { Overlay, OverlayStore } from './overlay-store.ts'
import { RunningOverlay } from './running-overlay.ts'
import type { SharedOverlay } from './shared-overlay.ts'

export interface OverlaysDependencies {
  readonly store: OverlayStore
  readonly events: EventBus
  readonly audit: AuditLog
  readonly network: () => NetworkPolicy
  /** Viewers of a stream of this host. */
  readonly viewers: (stream: string) => number
}

export interface NewOverlay {
  readonly kind: string
  readonly name: string
  readonly settings?: Readonly<Record<string, unknown>>
  /** First post. */
  readonly data?: Readonly<Record<string, unknown>>
}

/** The overlay as everybody with a role sees it: without its secrets. */
export interface OverlayView {
  readonly id: string
  readonly createdAt: string
  readonly kind: string
  readonly name: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly state: unknown
  readonly data: { readonly state: string; readonly problem: string | null }
  readonly pages: number
}

const maxOverlays = 100
/** Contents that change all the time are stored and reported at most this often, ms. */
const keepEveryMs = 2000
const reportEveryMs = 250

/** The overlays of this host: the one owner of what they look like and show. */
export class Overlays {
  readonly #dependencies: OverlaysDependencies
  readonly #byId = new Map<string, RunningOverlay>()
  readonly #keeping = new Map<string, NodeJS.Timeout>()
  readonly #reporting = new Map<string, NodeJS.Timeout>()

  constructor(dependencies: OverlaysDependencies) {
    this.#dependencies = dependencies
  }

  /** Reads what is stored, and follows its data. */
  async start(): Promise<void> {
    for (const overlay of await this.#dependencies.store.load()) this.#run(overlay)
  }

  stop(): void {
    for (const timer of [...this.#keeping.values(), ...this.#reporting.values()]) clearTimeout(timer)
    for (const [id, running] of this.#byId) {
      if (this.#keeping.has(id)) this.#dependencies.store.keep(running.overlay)
      running.stop()
    }
    this.#byId.clear()
  }

  list(): readonly OverlayView[] {
    return [...this.#byId.values()].map(viewOf)
  }

  /** Throws `studio.overlay_not_found`. */
  get(id: string): RunningOverlay {
    const running = this.#byId.get(id)
    if (running === undefined) throw new AppError('studio.overlay_not_found')
    return running
  }

  /** The overlay that a page with this token may show. Throws `studio.overlay_not_found`, whatever is wrong. */
  openForPage(id: string, token: string): { readonly running: RunningOverlay; readonly own: boolean } {
    const running = this.#byId.get(id)
    const secret = this.#dependencies.network().ownPages?.secret
    if (running !== undefined && secret !== undefined && isSameSecret(token, ownPageToken(secret, id))) return { running, own: true }
    if (running === undefined || !isSameSecret(token, running.overlay.viewToken)) throw new AppError('studio.overlay_not_found')
    return { running, own: false }
  }

  /** The overlay that a bot with this token may post to. Throws `studio.overlay_not_found`, whatever is wrong. */
  openForPosts(id: string, token: string): RunningOverlay {
    const running = this.#byId.get(id)
    if (running === undefined || !isSameSecret(token, running.overlay.postToken)) throw new AppError('studio.overlay_not_found')
    return running
  }

  create({ kind: name, name: title, settings = {}, data }: NewOverlay, principal: Principal): OverlayView {
    this.#checkCount(1)
    const kind = findOverlayKind(name)
    if (kind === undefined) {
      const known = overlayKinds.map((each) => each.kind).join(', ')
      throw new AppError('request.invalid', `body.kind must be one of ${known}`, { details: { field: 'body.kind' } })
    }
    const whole = this.#checked(kind.settings, settings, undefined, principal)
    const post = data === undefined ? undefined : checked(kind.post, data, 'body.data')
    const running = this.#run(this.#made(this.#freeId(), name, title, whole, kind.first, isLimited(principal)))
    try {
      if (post !== undefined) running.apply(post)
    } catch (error) {
      this.#byId.delete(running.overlay.id)
      running.stop()
      throw error
    }
    this.#keep(running)
    this.#record(`overlay ${title} was created`, running, principal)
    return viewOf(running)
  }

  change(id: string, { name, settings }: Pick<Partial<NewOverlay>, 'name' | 'settings'>, principal: Principal): OverlayView {
    const running = this.get(id)
    const { overlay, kind } = running
    const whole = settings === undefined ? overlay.settings : this.#checked(kind.settings, settings, overlay, principal)
    // Who writes a URL, even the same once more, answers for it from then on.
    const wroteUrl = settings !== undefined && 'url' in settings && (whole.url !== overlay.settings.url || !isLimited(principal))
    running.replace({
      ...overlay,
      name: name ?? overlay.name,
      settings: whole,
      byEditor: wroteUrl ? isLimited(principal) : overlay.byEditor,
    })
    this.#keep(running)
    this.#record(`overlay ${running.overlay.name} was changed`, running, principal)
    return viewOf(running)
  }

  remove(id: string, principal: Principal): void {
    const running = this.get(id)
    this.#byId.delete(id)
    for (const timers of [this.#keeping, this.#reporting]) {
      clearTimeout(timers.get(id))
      timers.delete(id)
    }
    running.stop()
    this.#dependencies.store.remove(id)
    this.#dependencies.events.publish('studio.overlay.removed', { id })
    this.#record(`overlay ${running.overlay.name} was deleted`, running, principal)
  }

  /** Gives the overlay a new URL, a new one for posts, or both: what was given out before is invalid at once. */
  renew(id: string, which: 'page' | 'posts' | 'both', principal: Principal): RunningOverlay {
    const running = this.get(id)
    const { overlay } = running
    running.replace({
      ...overlay,
      viewToken: which === 'posts' ? overlay.viewToken : newSecret(),
      postToken: which === 'page' ? overlay.postToken : newSecret(),
    })
    if (which !== 'posts') running.closeShared()
    this.#keep(running)
    this.#record(`the secret URLs of overlay ${overlay.name} were renewed`, running, principal)
    return running
  }

  /** Overlays as a file that is shared: no token, and no secret of a URL. Throws `studio.overlay_not_found`. */
  share(ids: readonly string[] | undefined): readonly SharedOverlay[] {
    const chosen = ids === undefined ? [...this.#byId.values()] : ids.map((id) => this.get(id))
    return chosen.map(({ overlay: { id, kind: name, name: title, settings, state }, kind }) => {
      const data = kind.asPost(state)
      return { id, kind: name, name: title, settings: maskedSettings(settings), ...(data === undefined ? {} : { data }) }
    })
  }

  /**
   * Adds what was shared; an overlay keeps its id where that is free, so that scenes show it again. Answers what was made, and whose URL
   * lacks a secret: that is left out. Throws `studio.overlay_file_invalid`: then nothing was added.
   */
  take(
    shared: readonly SharedOverlay[],
    principal: Principal,
  ): { readonly made: readonly OverlayView[]; readonly incomplete: readonly string[] } {
    this.#checkCount(shared.length)
    const incomplete: string[] = []
    const taken = new Set<string>()
    const overlays = shared.map(({ id: wanted, kind: name, name: title, settings: given, data }, index) => {
      const place = `overlays[${index}]`
      const kind = findOverlayKind(name)
      if (kind === undefined)
        throw new AppError('studio.overlay_file_invalid', `${place}.kind: this version knows no overlay of the kind "${name}"`)
      const id = this.#byId.has(wanted) || taken.has(wanted) ? this.#freeId() : wanted
      taken.add(id)
      const hidden = typeof given.url === 'string' && isMaskedUrl(given.url)
      if (hidden) incomplete.push(id)
      const settings = this.#checked(kind.settings, hidden ? { ...given, url: '', source: 'posted' } : given, undefined, principal, place)
      const post = data === undefined ? undefined : checked(kind.post, data, `${place}.data`)
      const context = { settings, nowMs: Date.now(), newId: () => randomText(10) }
      const state = post === undefined ? kind.first : kind.apply(kind.first, post, context)
      return this.#made(id, name, title, settings, state, isLimited(principal))
    })
    const running = overlays.map((overlay) => this.#run(overlay))
    for (const each of running) {
      this.#keep(each)
      this.#record(`overlay ${each.overlay.name} was imported`, each, principal)
    }
    return { made: running.map(viewOf), incomplete }
  }

  #checkCount(more: number): void {
    if (this.#byId.size + more > maxOverlays) {
      throw new AppError('studio.too_many_overlays', `There may be ${maxOverlays} overlays`, { details: { limit: maxOverlays } })
    }
  }

  #made(id: string, kind: string, name: string, settings: Overlay['settings'], state: unknown, byEditor: boolean): Overlay {
    return {
      id,
      createdAt: new Date().toISOString(),
      kind,
      name,
      settings,
      state,
      byEditor,
      viewToken: newSecret(),
      postToken: newSecret(),
    }
  }

  #run(overlay: Overlay): RunningOverlay {
    const { network, viewers } = this.#dependencies
    const running = new RunningOverlay(overlay, {
      judge: (limited) => judgeBy(network, limited),
      viewers,
      now: Date.now,
      newId: () => randomText(10),
      onChange: (changed, what) => this.#changed(changed, what),
    })
    this.#byId.set(overlay.id, running)
    return running
  }

  /** Contents and figures: reported and stored at their own intervals. */
  #changed(running: RunningOverlay, what: 'state' | 'report'): void {
    const { id } = running.overlay
    if (this.#byId.get(id) !== running) return
    if (!this.#reporting.has(id)) {
      const notify = (): void => {
        this.#reporting.delete(id)
        const { state, data, pages } = viewOf(running)
        this.#dependencies.events.publish('studio.overlay.contents', { id, state, data, pages }, { volatile: true })
      }
      this.#reporting.set(id, setTimeout(notify, reportEveryMs).unref())
    }
    if (what === 'report' || this.#keeping.has(id)) return
    const keep = (): void => {
      this.#keeping.delete(id)
      this.#dependencies.store.keep(running.overlay)
    }
    this.#keeping.set(id, setTimeout(keep, keepEveryMs).unref())
  }

  #keep(running: RunningOverlay): void {
    this.#dependencies.store.keep(running.overlay)
    this.#dependencies.events.publish('studio.overlay.updated', viewOf(running))
  }

  #record(message: string, { overlay }: RunningOverlay, principal: Principal): void {
    this.#dependencies.audit.record({
      kind: 'command',
      message,
      actor: principal.id,
      data: { overlay: overlay.id, overlayKind: overlay.kind },
    })
  }

  #freeId(): string {
    let id = randomText(10)
    while (this.#byId.has(id)) id = randomText(10)
    return id
  }

  /** Settings, whole and checked; those that are left out stay as they are. Throws `request.invalid`, `secret.needed`, `url.forbidden`. */
  #checked(
    schema: TSchema,
    changes: Readonly<Record<string, unknown>>,
    before: Overlay | undefined,
    principal: Principal,
    place = 'body',
  ): Overlay['settings'] {
    const url = typeof changes.url === 'string' ? { url: wholeUrl(changes.url, String(before?.settings.url ?? '')) } : {}
    const whole = checked(schema, { ...before?.settings, ...changes, ...url }, `${place}.settings`) as Overlay['settings']
    const wanted = whole.url
    if (typeof wanted === 'string' && wanted !== '' && wanted !== before?.settings.url && isLimited(principal)) {
      const why = urlProblem(wanted, this.#dependencies.network())
      if (why !== undefined) throw new AppError('url.forbidden', why)
    }
    return whole
  }
}

/** The value with the defaults of its schema. Throws `request.invalid` that names the field. */
export function checked(schema: TSchema, value: unknown, place: string): unknown {
  const whole = Value.Default(schema, structuredClone(value))
  const [fault] = schemaFaults(schema, whole, place, 1)
  if (fault === undefined) return whole
  const field = fault.place.replaceAll(/\[(\d+)\]/g, '.$1')
  throw new AppError('request.invalid', `${field} ${fault.problem}`, { details: { field } })
}

function maskedSettings(settings: Overlay['settings']): Overlay['settings'] {
  return typeof settings.url === 'string' ? { ...settings, url: maskUrl(settings.url) } : settings
}

export function viewOf(running: RunningOverlay): OverlayView {
  const { id, createdAt, kind, name, settings } = running.overlay
  return { id, createdAt, kind, name, settings: maskedSettings(settings), state: running.shown, data: running.report, pages: running.pages }
}
