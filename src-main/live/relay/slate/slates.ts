import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isFault } from '../../../formats/fault.ts'
import { readImageSize } from '../../../formats/images/image-size.ts'
import type { AuditLog } from '../../../platform/audit.ts'
import { AppError } from '../../../platform/errors.ts'
import type { EventBus } from '../../../platform/events/events.ts'
import type { Logger } from '../../../platform/logger.ts'
import type { SlateFor, SlateLoop, SlateSource } from '../../hub/publishers/slate/slate-show.ts'
import type { LiveDatabase } from '../../live-database.ts'
import { encodeInWorker } from './slate-encoder.ts'
import type { Slate, StreamSlate } from './slate-schemas.ts'
import { slateSettings } from './slate-settings.ts'

/** Slates kept encoded. */
const KEPT = 16
const MAX_SLATES = 100
/** Max pixels of an image: 8K, few enough to decode quickly. */
const MAX_POINTS = 8192 * 4608
/** Slates that are encoded at a time: when an uplink drops, every stream wants its own at once. */
const ENCODERS = 2

export interface SlatesDependencies {
  readonly database: LiveDatabase
  readonly dataDir: string
  readonly events: EventBus
  readonly audit: AuditLog
  readonly log: Logger
  /** Id of the stream with that name; undefined before the stream has existed. */
  readonly streamIdOf: (name: string) => string | undefined
  /** For streams that have not chosen. */
  readonly preset: 'off' | 'default'
}

/** The slates that users put in, and which stream shows which. */
export class Slates implements SlateSource {
  readonly #dependencies: SlatesDependencies
  readonly #byId = new Map<string, Slate & { readonly file: string }>()
  readonly #choices = new Map<string, StreamSlate>()
  readonly #encoded = new Map<string, Promise<SlateLoop>>()
  #encoding = 0
  readonly #waiting: (() => void)[] = []

  private constructor(dependencies: SlatesDependencies) {
    this.#dependencies = dependencies
  }

  static async open(dependencies: SlatesDependencies): Promise<Slates> {
    const slates = new Slates(dependencies)
    for (const row of await dependencies.database.selectFrom('slate').selectAll().orderBy('created_at').execute()) {
      slates.#byId.set(row.id, { id: row.id, label: row.label, file: row.file, bytes: row.bytes, createdAt: row.created_at })
    }
    for (const { stream, slate, lasts } of await dependencies.database.selectFrom('stream_slate').selectAll().execute()) {
      slates.#choices.set(stream, { slate, lasts: lasts === 'unlimited' ? 'unlimited' : 'window' })
    }
    await slates.#clear()
    return slates
  }

  list(): Slate[] {
    return [...this.#byId.values()].map(({ id, label, bytes, createdAt }) => ({ id, label, bytes, createdAt }))
  }

  choice(stream: string): StreamSlate {
    return this.#choices.get(stream) ?? { slate: this.#dependencies.preset, lasts: 'window' }
  }

  lasts(stream: string): StreamSlate['lasts'] | undefined {
    const { slate, lasts } = this.choice(stream)
    return slate === 'off' ? undefined : lasts
  }

  /** Chooses what a stream shows. Throws `slate.not_found`. */
  async choose(stream: string, change: Partial<StreamSlate>, actor: string): Promise<StreamSlate> {
    const now = this.choice(stream)
    const chosen = { slate: change.slate ?? now.slate, lasts: change.lasts ?? now.lasts }
    if (chosen.slate !== 'off' && chosen.slate !== 'default' && !this.#byId.has(chosen.slate)) throw new AppError('slate.not_found')
    await this.#dependencies.database
      .insertInto('stream_slate')
      .values({ stream, ...chosen })
      .onConflict((conflict) => conflict.column('stream').doUpdateSet(chosen))
      .execute()
    this.#choices.set(stream, chosen)
    const id = this.#dependencies.streamIdOf(stream)
    if (id !== undefined) this.#dependencies.events.publish('stream.slate', chosen, { stream: id })
    this.#dependencies.audit.record({
      kind: 'command',
      message: `the slate of ${stream} is now ${chosen.slate}`,
      streamName: stream,
      actor,
    })
    return chosen
  }

  /** Stores an image or short video. Rejects with `slate.unreadable` where the engine cannot make a slate of it. */
  async add(label: string, data: Buffer, actor: string): Promise<Slate> {
    if (this.#byId.size >= MAX_SLATES) throw new AppError('request.conflict', `There are ${MAX_SLATES} slates already`)
    const kind = kindOf(data)
    if (kind === undefined) throw new AppError('slate.unreadable', 'Only PNG, JPEG, MP4 and WebM make a slate')
    if (kind === 'png' || kind === 'jpg') {
      const size = readImageSize(data)
      if (isFault(size)) throw new AppError('slate.unreadable', `The file cannot be read: ${size.fault}`)
      if (size.width * size.height > MAX_POINTS)
        throw new AppError('slate.unreadable', `${size.width}x${size.height} is too large: the max size is 8K`)
    }
    const folder = join(this.#dependencies.dataDir, 'slates')
    await mkdir(folder, { recursive: true })
    const id = `sl_${randomUUID().slice(0, 12).replaceAll('-', '')}`
    const file = join(folder, `${id}.${kind}`)
    await writeFile(file, data)
    try {
      const video = { codec: 'h264', profile: 'high', width: 320, height: 180, rate: [25, 1] } as const
      await this.#encode({ file, title: '', video, audio: undefined })
      const slate = { id, label, file: `${id}.${kind}`, bytes: data.length, createdAt: new Date().toISOString() }
      const { createdAt, ...row } = slate
      await this.#dependencies.database
        .insertInto('slate')
        .values({ ...row, created_at: createdAt })
        .execute()
      this.#byId.set(id, slate)
    } catch (cause) {
      await rm(file, { force: true })
      throw new AppError('slate.unreadable', cause instanceof Error ? cause.message : undefined, { cause })
    }
    const added = this.list().at(-1) as Slate
    this.#dependencies.events.publish('slate.created', added)
    this.#dependencies.audit.record({ kind: 'command', message: `slate ${label} was added`, actor, data: { id, bytes: data.length } })
    return added
  }

  /** Deletes a slate; streams that chose it show the default. Throws `slate.not_found`. */
  async remove(id: string, actor: string): Promise<void> {
    const slate = this.#byId.get(id)
    if (slate === undefined) throw new AppError('slate.not_found')
    await this.#dependencies.database.deleteFrom('slate').where('id', '=', id).execute()
    this.#byId.delete(id)
    for (const [stream, choice] of this.#choices) if (choice.slate === id) await this.choose(stream, { slate: 'default' }, actor)
    this.#dependencies.events.publish('slate.removed', { id })
    await rm(join(this.#dependencies.dataDir, 'slates', slate.file), { force: true })
    this.#dependencies.audit.record({ kind: 'command', message: `slate ${slate.label} was removed`, actor, data: { id } })
  }

  /** Removes what a host that was killed had taken in and not yet tried. */
  async #clear(): Promise<void> {
    const folder = join(this.#dependencies.dataDir, 'slates')
    const known = new Set([...this.#byId.values()].map(({ file }) => file))
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.startsWith('sl_') && !known.has(name)) await rm(join(folder, name), { force: true })
    }
  }

  /** Encodes the stream's slate, or finds it encoded. Rejects with `slate.*`. */
  prepare(stream: SlateFor): Promise<SlateLoop> {
    let job: Parameters<typeof encodeInWorker>[0]
    try {
      const { slate } = this.choice(stream.name)
      const chosen = this.#byId.get(slate)
      const file = chosen === undefined ? undefined : join(this.#dependencies.dataDir, 'slates', chosen.file)
      job = { file, title: file === undefined ? stream.title : '', ...slateSettings(stream.tracks, stream.frameRate) }
    } catch (error) {
      return Promise.reject(error)
    }
    const key = JSON.stringify(job)
    let media = this.#encoded.get(key)
    if (media === undefined) {
      media = this.#encode(job)
      this.#encoded.set(key, media)
      media.catch(() => this.#encoded.delete(key))
      const oldest = this.#encoded.keys().next()
      if (this.#encoded.size > KEPT && !oldest.done) this.#encoded.delete(oldest.value)
    }
    return media
  }

  /** Encodes when its turn comes. */
  async #encode(job: Parameters<typeof encodeInWorker>[0]): Promise<SlateLoop> {
    if (this.#encoding >= ENCODERS) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    else this.#encoding++
    try {
      return await encodeInWorker(job, this.#dependencies.log)
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#encoding--
      else next()
    }
  }
}

/** File kind by its first bytes. */
function kindOf(data: Buffer): 'png' | 'jpg' | 'mp4' | 'webm' | undefined {
  if (data.length < 16) return undefined
  if (data.readUInt32BE(0) === 0x89504e47) return 'png'
  if (data.readUIntBE(0, 3) === 0xffd8ff) return 'jpg'
  if (data.toString('latin1', 4, 8) === 'ftyp') return 'mp4'
  return data.readUInt32BE(0) === 0x1a45dfa3 ? 'webm' : undefined
}
