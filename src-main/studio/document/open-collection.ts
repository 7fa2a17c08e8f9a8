import { AppError } from '../../platform/errors.ts'
import type { SecretBox } from '../../platform/identity/secret-box.ts'
import type { Logger } from '../../platform/logger.ts'
import { changedPlaces } from './changed-places.ts'
import type { Collection } from './collection.ts'
import { applyEdits } from './edits/apply-edits.ts'
import { changedNothing, EditHistory } from './edits/edit-history.ts'
import { nameEdits } from './edits/edit-names.ts'
import type { Edit } from './edits/edit-schemas.ts'
import { CollectionFile, digestOf } from './files/collection-file.ts'
import { type DocumentReader, readDocument, readDocumentText, rejectMonsters } from './files/read-document.ts'
import { readHistory, type UndoMark, writeHistory } from './files/undo-file.ts'
import { type Author, type Authoring, withAuthors } from './references/authorship.ts'
import { type RestoredSecrets, restoreSecrets, secretNeeded } from './secrets/stored-secrets.ts'
import { shareStructure } from './share-structure.ts'

/** Least time between two writes of the file, ms. */
const saveEveryMs = 250
/** After a write that failed, ms. */
const retryMs = 5000
const undoName = 'undo'

export type ChangeCause = 'edit' | 'undo' | 'redo' | 'replace' | 'reload'

/** A new state of the open collection. */
export interface CollectionUpdate {
  readonly revision: number
  readonly before: Collection
  readonly collection: Collection
  readonly cause: ChangeCause
  /** What was done, for people. */
  readonly name: string
  readonly actor: string
  /** Places that differ. */
  readonly changed: readonly string[]
  /** Names of the steps that can be undone and done again now. */
  readonly undo: string | null
  readonly redo: string | null
  /** One of many that are one step of the history: a drag. */
  readonly joined: boolean
}

/** How the file relates to what is open. `problem`: why it is not written. */
export interface FileState {
  readonly path: string
  /** Everything is on the disk. */
  readonly saved: boolean
  /** Another program changed the file while there was something unsaved, or wrote something that is no collection. */
  readonly conflict: boolean
  readonly problem: AppError | null
}

export interface OpenCollectionDependencies {
  readonly reader: DocumentReader
  readonly secrets: SecretBox
  readonly log: Logger
  /** Called synchronously with every new state. */
  readonly onChange: (change: CollectionUpdate) => void
  readonly onFile: (state: FileState) => void
}

export interface Doing extends Author {
  /** Reject where the collection is of another revision. */
  readonly ifRevision?: number
  /** Undo this step of the history, and no other one. */
  readonly ifStep?: string
  /** Edits with the same one are one step of the history: a drag. */
  readonly gesture?: string
}

/** The collection that the studio works on: edited in memory, kept in its file with its history. */
export class OpenCollection {
  readonly #dependencies: OpenCollectionDependencies
  readonly #file: CollectionFile
  readonly #history = new EditHistory()
  #collection: Collection
  #revision: number
  /** The state that is on the disk. */
  #mark: UndoMark
  #dirty = false
  #keepVersion = true
  /** What is kept of the file as it was opened, where it contained secrets in plain. */
  #firstVersion: string | undefined
  #conflict = false
  #problem: AppError | null = null
  #saving: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #lastSaveMs = Number.NEGATIVE_INFINITY
  #closed = false
  /** Secrets in the file that this machine cannot open. */
  readonly lostSecrets: readonly string[]

  private constructor(dependencies: OpenCollectionDependencies, file: CollectionFile, collection: Collection, lost: readonly string[]) {
    this.#dependencies = dependencies
    this.#file = file
    this.#collection = collection
    this.#revision = 1
    this.#mark = { digest: file.digest, position: 0, revision: 1 }
    this.lostSecrets = lost
  }

  /** Reads a file and its history. Throws `studio.collection_*`. */
  static async open(path: string, name: string, dependencies: OpenCollectionDependencies): Promise<OpenCollection> {
    const file = await CollectionFile.at(path)
    await file.sweep()
    const text = await file.read()
    const { collection, lost, plain } = readDocumentText(text, dependencies.reader, path, name)
    const open = new OpenCollection(dependencies, file, collection, lost)
    if (plain) open.#firstVersion = open.#serialize()
    await open.#restoreHistory()
    file.watch(() => void open.#changedOnDisk())
    return open
  }

  get collection(): Collection {
    return this.#collection
  }
  /** Grows with every change, over restarts too. */
  get revision(): number {
    return this.#revision
  }
  get history(): Pick<EditHistory, 'done' | 'undone' | 'nextUndo' | 'nextRedo'> {
    return this.#history
  }
  get file(): CollectionFile {
    return this.#file
  }
  get fileState(): FileState {
    return { path: this.#file.path, saved: !this.#dirty && this.#saving === undefined, conflict: this.#conflict, problem: this.#problem }
  }

  /**
   * Does edits as one step of the history, all or none. Answers ids of what was made. Throws `request.conflict`, `studio.not_found`,
   * `studio.edit_refused`, `studio.secret_hidden`, `secret.needed`, and `studio.collection_invalid` with places in the collection as it would be.
   */
  edit(edits: readonly Edit[], doing: Doing): readonly string[] {
    this.#expect(doing)
    for (const edit of edits) rejectMonsters(edit)
    const before = this.#collection
    const { collection, made } = applyEdits(before, edits, this.#dependencies.reader.kinds)
    const checked = this.#authored(this.#accept(collection), { author: doing, how: 'anew', edits })
    if (changedNothing(before, checked)) return made
    this.#change(checked, 'edit', nameEdits(edits, before, checked), doing.actor, edits, doing.gesture)
    return made
  }

  /** The same, with the id of the step that it is for `ifStep`; null where nothing changed, and in a gesture, which goes on or goes back. */
  editStep(edits: readonly Edit[], doing: Doing): { readonly made: readonly string[]; readonly step: string | null } {
    const before = this.#revision
    const made = this.edit(edits, doing)
    const isStep = this.#revision !== before && doing.gesture === undefined
    return { made, step: (isStep ? this.#history.newestId : undefined) ?? null }
  }

  /** Puts a whole document in the place of what is open, as a step that can be undone. Throws as `edit`. */
  replace(document: unknown, name: string, doing: Doing): void {
    this.#expect(doing)
    const { reader } = this.#dependencies
    const { document: restored, ...refused } = restoreSecrets(document, this.#collection, reader.kinds)
    this.#rejectHidden(refused)
    const collection = readDocument(restored, reader, undefined, this.#collection.name)
    this.#put(this.#authored(collection, { author: doing, how: 'anew' }), name, doing)
  }

  /** Takes the collection back to the content of a version of its file, as a step that can be undone. Throws as `replace`. */
  restore(collection: Collection, name: string, doing: Doing): void {
    this.#expect(doing)
    this.#put(this.#authored(collection, { author: doing, how: 'back' }), name, doing)
  }

  #put(collection: Collection, name: string, doing: Doing): void {
    if (changedNothing(this.#collection, collection)) return
    this.#keepVersion = true
    this.#change(collection, 'replace', name, doing.actor, [])
  }

  /** Answers what was undone. Throws `request.conflict` and `studio.nothing_to_undo`. */
  undo(doing: Doing): string {
    this.#expect(doing)
    if (doing.ifStep !== undefined && doing.ifStep !== this.#history.newestId) {
      throw new AppError('request.conflict', `The newest step of the history is another one: ${this.#history.nextUndo?.name ?? 'none'}`)
    }
    const before = this.#collection
    const undone = this.#history.undo(before, (collection) => this.#authored(collection, { author: doing, how: 'back' }))
    if (undone === undefined) throw new AppError('studio.nothing_to_undo')
    this.#take(before, undone.collection, 'undo', undone.step.name, doing.actor)
    return undone.step.name
  }

  /** Answers what was done again. Throws `request.conflict` and `studio.nothing_to_redo`. */
  redo(doing: Doing): string {
    this.#expect(doing)
    const before = this.#collection
    const redone = this.#history.redo(before, (collection) => this.#authored(collection, { author: doing, how: 'back' }))
    if (redone === undefined) throw new AppError('studio.nothing_to_redo')
    this.#take(before, redone.collection, 'redo', redone.step.name, doing.actor)
    return redone.step.name
  }

  /** Ends a conflict with what another program wrote: `mine` overwrites it (it stays as a version), `disk` takes it. Throws `studio.collection_*`. */
  async resolve(keep: 'mine' | 'disk', actor: string): Promise<void> {
    if (keep === 'disk') await this.#reload(actor, true)
    else {
      await this.#saving
      this.#keepVersion = true
      await this.#write(true)
      this.#settle()
    }
  }

  /** Waits until everything is on the disk, or cannot be written. */
  async flush(): Promise<void> {
    for (;;) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      if (this.#saving !== undefined) await this.#saving
      else if (this.#dirty && !this.#conflict && this.#problem === null) this.#begin()
      else return
    }
  }

  /** Writes what is unsaved and closes the file. */
  async close(): Promise<void> {
    this.#closed = true
    this.#problem = null
    await this.flush()
    // What may not be written over another program's work stays as a version.
    if (this.#dirty)
      await this.#file
        .keepText(this.#serialize())
        .catch((error: unknown) => this.#dependencies.log.error({ err: error }, 'unsaved edits of the collection are lost'))
    this.#file.close()
  }

  async #restoreHistory(): Promise<void> {
    const text = await this.#file.readBeside(undoName)
    const kept = text === undefined ? undefined : readHistory(text, this.#dependencies.secrets)
    if (kept === undefined) return
    const mark = kept.marks.find(({ digest }) => digest === this.#file.digest)
    // Another program wrote the file since: its steps no longer fit. Revisions go on all the same.
    this.#revision = mark?.revision ?? Math.max(0, ...kept.marks.map(({ revision }) => revision)) + 1
    if (mark !== undefined) this.#history.restore(kept.steps, kept.first, mark.position)
    this.#mark = { digest: this.#file.digest, position: this.#history.position, revision: this.#revision }
  }

  #expect({ ifRevision }: Doing): void {
    if (ifRevision === undefined || ifRevision === this.#revision) return
    throw new AppError('request.conflict', `The collection is of revision ${this.#revision}, not ${ifRevision}`, {
      details: { revision: this.#revision },
    })
  }

  /** A collection with what was hidden put back, and checked. */
  #accept(collection: Collection): Collection {
    const { reader } = this.#dependencies
    const { document, ...refused } = restoreSecrets(collection, this.#collection, reader.kinds)
    this.#rejectHidden(refused)
    return reader.check.check(document)
  }

  /** Throws `path.forbidden` and `url.forbidden`. */
  #authored(collection: Collection, authoring: Authoring): Collection {
    return withAuthors(this.#collection, collection, authoring, this.#dependencies.reader)
  }

  #rejectHidden({ missing, elsewhere }: Omit<RestoredSecrets<unknown>, 'document'>): void {
    if (elsewhere.length > 0) throw secretNeeded(elsewhere)
    if (missing.length > 0)
      throw new AppError('studio.secret_hidden', `${missing.join(', ')}: send the secret itself`, { details: { places: missing } })
  }

  #change(collection: Collection, cause: ChangeCause, name: string, actor: string, edits: readonly Edit[], gesture?: string): void {
    const before = this.#collection
    const about = { name, actor, time: new Date().toISOString() }
    const joined = this.#history.record(before, collection, about, edits, performance.now(), gesture)
    this.#take(before, collection, cause, name, actor, joined)
  }

  #take(before: Collection, after: Collection, cause: ChangeCause, name: string, actor: string, joined = false): void {
    // Sources whose settings only look new would start again.
    const collection = shareStructure(before, after)
    this.#collection = collection
    this.#revision++
    this.#save()
    this.#dependencies.onChange({
      revision: this.#revision,
      before,
      collection,
      cause,
      name,
      actor,
      changed: changedPlaces(before, collection),
      undo: this.#history.nextUndo?.name ?? null,
      redo: this.#history.nextRedo?.name ?? null,
      joined,
    })
  }

  #serialize(): string {
    const { seals, kinds } = this.#dependencies.reader
    return `${JSON.stringify(seals.encrypt(this.#collection, kinds), null, 2)}\n`
  }

  #save(): void {
    this.#dirty = true
    this.#schedule(saveEveryMs)
  }

  #schedule(everyMs: number): void {
    if (this.#timer !== undefined || this.#saving !== undefined || this.#conflict) return
    const waitMs = this.#lastSaveMs + everyMs - performance.now()
    // Also the first is started behind whatever is being answered now.
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        this.#begin()
      },
      Math.max(0, waitMs),
    )
  }

  #begin(): void {
    this.#lastSaveMs = performance.now()
    this.#saving = this.#write(false)
      .catch((error: AppError) => {
        this.#problem = error
        if (error.code === 'studio.collection_changed') this.#conflict = true
        this.#dependencies.log.warn(
          { code: error.code, err: error, file: this.#file.path },
          'the collection could not be saved; the show goes on from memory',
        )
      })
      .finally(() => {
        this.#saving = undefined
        this.#notify()
        if (this.#dirty && !this.#closed) this.#schedule(this.#problem === null ? saveEveryMs : retryMs)
      })
  }

  /** Writes everything; what could not be written is unsaved still. */
  async #write(overwrite: boolean): Promise<void> {
    const keep = this.#keepVersion
    const encryptedVersion = this.#firstVersion
    this.#dirty = false
    this.#keepVersion = false
    try {
      await this.#writeState(overwrite, keep)
    } catch (error) {
      this.#dirty = true
      // Once the encrypted version of what was opened is kept, the file itself, with its secrets in plain, never is.
      if (this.#firstVersion === encryptedVersion) this.#keepVersion ||= keep
      throw error
    }
  }

  /** The history first: it knows the state before and the one to come, whichever the disk has after a power cut. */
  async #writeState(overwrite: boolean, keep: boolean): Promise<void> {
    const text = this.#serialize()
    const mark: UndoMark = { digest: digestOf(text), position: this.#history.position, revision: this.#revision }
    const kept = this.#keptHistory([mark, this.#mark])
    if (!overwrite) await this.#file.rejectChanged()
    await this.#file.writeBeside(undoName, kept)
    const encryptedVersion = this.#firstVersion
    if (encryptedVersion !== undefined) await this.#file.keepText(encryptedVersion)
    this.#firstVersion = undefined
    // What another program wrote is kept as it is.
    await this.#file.write(text, { keep: keep && (encryptedVersion === undefined || overwrite), overwrite })
    this.#mark = mark
    this.#problem = null
  }

  async #changedOnDisk(): Promise<void> {
    if (this.#closed || this.#saving !== undefined) return
    if (this.#dirty) {
      this.#stand(new AppError('studio.collection_changed', `Another program changed ${this.#file.path}`))
      return
    }
    await this.#reload('another program', false).catch((error: AppError) => this.#stand(error))
  }

  /** Takes the file's content; edits that are not in it are lost if `over` says so. Throws `studio.collection_*`. */
  async #reload(actor: string, over: boolean): Promise<void> {
    const text = await this.#file.read()
    // An edit may have come while it was read.
    if (this.#dirty && !over) throw new AppError('studio.collection_changed', `Another program changed ${this.#file.path}`)
    const { collection: read } = readDocumentText(text, this.#dependencies.reader, this.#file.path, this.#collection.name)
    // Only the owner of the machine writes to the file; what it names is judged when it is used.
    const authoring: Authoring = { author: { actor, limited: false }, how: 'back' }
    const { kinds } = this.#dependencies.reader
    const collection = withAuthors(this.#collection, read, authoring, { kinds, rejection: () => undefined })
    this.#dirty = false
    this.#settle()
    if (changedNothing(this.#collection, collection)) return
    this.#change(collection, 'reload', 'Take what another program wrote', actor, [])
    // The file has it already: the history alone is written.
    this.#dirty = false
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#mark = { digest: this.#file.digest, position: this.#history.position, revision: this.#revision }
    this.#saving = this.#file
      .writeBeside(undoName, this.#keptHistory([this.#mark]))
      .catch((error: unknown) => this.#dependencies.log.warn({ err: error }, 'the history of the collection could not be kept'))
      .finally(() => {
        this.#saving = undefined
        if (this.#dirty && !this.#closed) this.#schedule(saveEveryMs)
      })
    await this.#saving
  }

  #keptHistory(marks: readonly UndoMark[]): string {
    const { steps, first } = this.#history
    return writeHistory({ steps, first, marks }, this.#dependencies.secrets)
  }

  /** Something is on the disk that is not overwritten without being asked. */
  #stand(error: AppError): void {
    this.#conflict = true
    this.#problem = error
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#dependencies.log.warn(
      { code: error.code, err: error, file: this.#file.path },
      'another program changed the file of the collection',
    )
    this.#notify()
  }

  #settle(): void {
    this.#conflict = false
    this.#problem = null
    if (this.#dirty) this.#schedule(saveEveryMs)
    this.#notify()
  }

  #notify(): void {
    this.#dependencies.onFile(this.fileState)
  }
}
