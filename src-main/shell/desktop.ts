import { dirname } from 'node:path'
import { followHost } from './follow/follow-host.ts'
import type { HostClient } from './follow/host-client.ts'
import { type HostState, isOn, isOnAir, isSending } from './follow/host-state.ts'
import { type Messages, messagesFor } from './messages.ts'
import { Notices } from './notices.ts'
import type { DesktopParts } from './parts.ts'
import { stateLine, type TrayActions, trayView } from './tray/tray-view.ts'

/** Requests of clicks and keys that the host has at once; a person makes no more, and what a broken panel sends beyond them is left out. */
const maxAttempts = 32

export interface DesktopOptions {
  /** The host that runs now; throws if no host runs. */
  readonly findHost: () => HostClient
  /** Files of the host are files of this machine. */
  readonly isLocal: boolean
  /** The host ends with this program: "Quit" ends both. */
  readonly owns: boolean
  readonly parts: DesktopParts
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Shows a page of the host in a window, e.g. `/studio`. */
  readonly openPage: (path: string) => void
  /** A person chose "Quit". */
  readonly onQuit: () => void
  readonly signal: AbortSignal
}

/** What of a host belongs to the desktop: icon, notifications, keys, a machine that stays awake while it is on air. */
export class Desktop {
  readonly #options: DesktopOptions
  readonly #t: Messages
  readonly #notices: Notices
  #state: HostState | undefined
  #attempts = 0

  constructor(options: DesktopOptions) {
    this.#options = options
    this.#t = messagesFor(options.environment)
    const { openPage, isLocal, parts } = options
    const { files } = parts
    const openFolder = files && isLocal ? (file: string): void => files.openFolder(dirname(file)) : undefined
    this.#notices = new Notices(this.#t, { openPage, ...(openFolder && { openFolder }) }, (notice) => parts.notifications?.notify(notice))
  }

  /** How the host is; undefined while none runs. */
  get state(): HostState | undefined {
    return this.#state
  }

  /** The last window was closed while something is on air: says what goes on, and how it is ended. */
  windowClosed(): void {
    const { parts, openPage } = this.#options
    const text = this.#state === undefined ? this.#t.notRunning : stateLine(this.#state, this.#t)
    const open = { key: 'studio', label: this.#t.open, act: () => openPage('/studio') }
    parts.notifications?.notify({ key: 'goes-on', title: this.#t.goesOn, text: this.#t.goesOnText(text), urgent: false, actions: [open] })
  }

  /** Resolves after the signal. */
  async run(): Promise<void> {
    const { findHost, signal } = this.#options
    await followHost({
      findHost,
      signal,
      onState: (state) => this.#show(state),
      onEvent: (topic, data) => {
        if (this.#state !== undefined) this.#notices.take(topic, data, this.#state)
      },
    })
  }

  #show(state: HostState | undefined): void {
    const { parts, owns } = this.#options
    if (state === undefined) this.#notices.reset()
    else if (this.#state === undefined) this.#notices.startWith(state)
    this.#state = state
    parts.power?.keepAwake(state !== undefined && isOnAir(state) ? this.#t.onAirReason : undefined)
    parts.hotkeys?.take(state?.hotkeys ?? [], (chord) => this.#press(chord))
    parts.tray?.show(trayView(state, owns, this.#t, this.#actions()))
  }

  #actions(): TrayActions {
    const { openPage, onQuit } = this.#options
    const outputs = (state: HostState, command: 'start' | 'stop', chosen: (output: HostState['outputs'][number]) => boolean): void =>
      this.#attempt((client) =>
        Promise.all(state.outputs.filter(chosen).map(({ id }) => client.send('POST', `/studio/outputs/${id}/${command}`))),
      )
    return {
      goLive: (state) => {
        if (state.outputs.some(isSending)) outputs(state, 'start', (output) => isSending(output) && !isOn(output))
        else openPage('/studio')
      },
      endStream: (state) => outputs(state, 'stop', (output) => isSending(output) && isOn(output)),
      record: (state) => {
        const recording = state.outputs.find(({ kind }) => kind === 'recording')
        outputs(state, 'start', ({ id }) => id === recording?.id)
      },
      stopRecording: (state) => outputs(state, 'stop', (output) => output.kind === 'recording' && isOn(output)),
      mute: (microphones, muted) =>
        this.#attempt((client) =>
          Promise.all(microphones.map((source) => client.send('POST', '/studio/actions', { do: 'mute', source, muted }))),
        ),
      showScene: (scene) => this.#attempt((client) => client.send('POST', '/studio/program', { scene })),
      open: () => openPage('/studio'),
      quit: onQuit,
    }
  }

  /** A desktop that says nothing of keys that are let go has them let go at once: nothing stays on. */
  #press(chord: string): void {
    this.#attempt(async (client) => {
      await client.send('POST', '/studio/hotkeys', { chord })
      await client.send('POST', '/studio/hotkeys', { chord, released: true })
    })
  }

  /** Does what a person chose; what goes wrong is shown as a notification. */
  #attempt(work: (client: HostClient) => Promise<unknown>): void {
    if (this.#attempts >= maxAttempts) return
    this.#attempts++
    const attempt = async (): Promise<unknown> => work(this.#options.findHost())
    attempt()
      .catch((error: unknown) =>
        this.#options.parts.notifications?.notify({
          key: 'failed',
          title: this.#t.actionFailed,
          text: (error as Error).message,
          urgent: false,
          actions: [{ key: 'studio', label: this.#t.openStudio, act: () => this.#options.openPage('/studio') }],
        }),
      )
      .finally(() => this.#attempts--)
  }
}
