import type { HostState, OutputState } from './follow/host-state.ts'
import type { Messages } from './messages.ts'
import type { Notice } from './parts.ts'

/** What buttons of notifications do. */
export interface NoticeActions {
  /** Shows a page of the host, e.g. `/studio`. */
  openPage(path: string): void
  /** Shows the folder of a file, where it is on this machine; undefined where it is not. */
  readonly openFolder?: (file: string) => void
}

/** The same notice again comes no sooner than this, ms. */
const quietMs = 60_000
/** Notices in the time above, of all kinds. */
const maxNotices = 6

interface FileReport {
  readonly id: string
  readonly kind: string
  readonly state: string
  readonly fileName: string
  readonly path: string
  readonly deletedAt: string | null
}
interface GuestReport {
  readonly id: string
  readonly label: string
  readonly name: string | null
  readonly state: string
}
interface FindingReport {
  readonly code: string
  readonly about: { readonly name: string } | null
  readonly params: Readonly<Record<string, string | number>>
}

/** Decides which events of a host a person is to be notified of: changes, not states, and seldom. */
export class Notices {
  readonly #t: Messages
  readonly #actions: NoticeActions
  readonly #show: (notice: Notice) => void
  readonly #nowMs: () => number
  /** When a notice was shown last, by key. */
  readonly #shownMs = new Map<string, number>()
  /** State of outputs, files and guests as it was reported last. */
  readonly #states = new Map<string, string>()
  #diskLow = false

  constructor(t: Messages, actions: NoticeActions, show: (notice: Notice) => void, nowMs: () => number = () => performance.now()) {
    this.#t = t
    this.#actions = actions
    this.#show = show
    this.#nowMs = nowMs
  }

  /** How a host is that was just found: nothing of it is new. */
  startWith(state: HostState): void {
    for (const output of state.outputs) this.#states.set(`output/${output.id}`, output.state)
  }

  /** Another host, or none: what was known is of no use. */
  reset(): void {
    this.#states.clear()
    this.#diskLow = false
  }

  take(topic: string, data: unknown, { settings }: HostState): void {
    if (topic === 'studio.output.updated' && settings.notifyOutputs) this.#output(data as OutputState)
    else if (topic === 'studio.file.updated' && settings.notifyRecordings) this.#file(data as FileReport)
    else if (topic === 'studio.guest.updated' && settings.notifyGuests) this.#guest(data as GuestReport)
    else if (topic === 'health.findings' && settings.notifyDisk) this.#findings((data as { items: readonly FindingReport[] }).items)
  }

  /** True where it was in another state before; what is seen for the first time counts as changed. */
  #became(key: string, state: string): boolean {
    const before = this.#states.get(key)
    this.#states.delete(key)
    this.#states.set(key, state)
    if (this.#states.size > 1000) this.#states.delete(this.#states.keys().next().value!)
    return before !== state
  }

  #output({ id, name, state, error }: OutputState): void {
    if (!this.#became(`output/${id}`, state) || (state !== 'failed' && state !== 'retrying')) return
    const open = { key: 'studio', label: this.#t.openStudio, act: () => this.#actions.openPage('/studio') }
    this.#notify({
      key: `output/${id}`,
      title: state === 'failed' ? this.#t.outputFailed(name) : this.#t.outputRetries(name),
      text: [error?.message, error?.remedy].filter((each) => each !== undefined).join('. '),
      urgent: state === 'failed',
      actions: [open],
    })
  }

  #file({ id, kind, state, fileName, path, deletedAt }: FileReport): void {
    if (kind !== 'recording' || deletedAt !== null) return
    const before = this.#states.get(`file/${id}`)
    // Only what was being written while this looked on: old files change their titles and images.
    if (!this.#became(`file/${id}`, state) || state !== 'complete' || before !== 'writing') return
    const { openFolder, openPage } = this.#actions
    const library = { key: 'library', label: this.#t.openLibrary, act: () => openPage('/library') }
    const folder = openFolder && { key: 'folder', label: this.#t.openFolder, act: () => openFolder(path) }
    this.#notify({
      key: `file/${id}`,
      title: this.#t.recordingEnded,
      text: fileName,
      urgent: false,
      actions: folder === undefined ? [library] : [folder, library],
    })
  }

  #guest({ id, label, name, state }: GuestReport): void {
    if (!this.#became(`guest/${id}`, state) || state !== 'waiting') return
    const open = { key: 'studio', label: this.#t.openStudio, act: () => this.#actions.openPage('/studio') }
    this.#notify({ key: `guest/${id}`, title: this.#t.guestWaits(name ?? label), text: this.#t.guestText, urgent: false, actions: [open] })
  }

  #findings(items: readonly FindingReport[]): void {
    const found = items.find(({ code }) => code === 'disk.full_soon')
    const before = this.#diskLow
    this.#diskLow = found !== undefined
    if (found === undefined || before) return
    const { freeMb = 0, minutes = -1 } = found.params
    const text = this.#t.diskText(found.about?.name ?? '', Number(freeMb), Number(minutes))
    const open = { key: 'library', label: this.#t.openLibrary, act: () => this.#actions.openPage('/library') }
    this.#notify({ key: 'disk', title: this.#t.diskLow, text, urgent: true, actions: [open] })
  }

  /** Shows it, unless the same was shown just now or too much was. */
  #notify(notice: Notice): void {
    const nowMs = this.#nowMs()
    for (const [key, shownMs] of this.#shownMs) if (nowMs - shownMs >= quietMs) this.#shownMs.delete(key)
    const key = `${notice.key} ${notice.title}`
    if (this.#shownMs.has(key) || this.#shownMs.size >= maxNotices) return
    this.#shownMs.set(key, nowMs)
    this.#show(notice)
  }
}
