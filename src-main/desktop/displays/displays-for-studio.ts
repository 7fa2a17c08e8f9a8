import { join } from 'node:path'
import type { DesktopDisplays, DisplayPlace } from '../../media/desktop-displays.ts'
import type { Device } from '../../media/device.ts'
import type { EventBus } from '../../platform/events/events.ts'
import type { Principal } from '../../platform/routes/principal.ts'
import type { Grants } from '../rights/grants.ts'
import type { SecondFactor } from '../rights/second-factor.ts'
import type { Display } from '../schemas/display.ts'
import type { DisplayBook } from './display-book.ts'
import type { RunningDisplay } from './display-server.ts'

export interface DisplaysForStudioDependencies {
  readonly book: Pick<DisplayBook, 'list' | 'ifRunning' | 'announce'>
  readonly grants: Pick<Grants, 'rightsOf'>
  readonly secondFactor: Pick<SecondFactor, 'isNeeded'>
  readonly events: Pick<EventBus, 'subscribe'>
}

/** Displays as sources of the studio. Without the screen of the machine and the desktop that is logged in: the studio captures both by itself. */
export class DisplaysForStudio implements DesktopDisplays {
  readonly #dependencies: DisplaysForStudioDependencies
  #shown: ReadonlySet<string> = new Set()

  constructor(dependencies: DisplaysForStudioDependencies) {
    this.#dependencies = dependencies
  }

  list(principal: Principal): readonly Device[] {
    const { grants } = this.#dependencies
    return this.#made()
      .filter(({ id }) => this.rejection(principal, id, 'see') === undefined)
      .map(({ id, name, width, height, state }) => ({
        kind: 'desktop-display',
        id,
        name: `${name}, ${width}x${height}`,
        details: { width, height, running: state === 'running', audible: grants.rightsOf(principal, id).has('audio') },
      }))
  }

  rejection(principal: Principal | undefined, display: string, what: 'see' | 'audio'): string | undefined {
    const { grants, secondFactor } = this.#dependencies
    if (principal === undefined) return 'Only somebody who is signed in may show a desktop'
    const rights = grants.rightsOf(principal, display)
    if (!rights.has('see')) return `There is no desktop "${display}" that you may see`
    if (!rights.has(what)) return `You may not hear the desktop "${display}"`
    if (this.#made().some(({ id, locked }) => id === display && locked)) return 'The desktop is locked: open and unlock it first'
    return secondFactor.isNeeded(principal) ? 'Open Desktops and enter the code of your authenticator app first' : undefined
  }

  places(displays: ReadonlySet<string>): Readonly<Record<string, DisplayPlace>> {
    const found = this.#made().filter(({ id }) => displays.has(id))
    return Object.fromEntries(found.map((display) => [display.id, this.#placeOf(display)]))
  }

  onChange(listener: () => void): () => void {
    return this.#dependencies.events.subscribe(({ topic }) => {
      if (topic === 'desktop.updated' || topic === 'desktop.removed') listener()
    })
  }

  setShown(displays: ReadonlySet<string>): void {
    const changed = [...displays].filter((id) => !this.#shown.has(id)).concat([...this.#shown].filter((id) => !displays.has(id)))
    this.#shown = displays
    for (const id of changed) this.#dependencies.book.announce(id)
  }

  /** The open show of the studio has it. */
  isShown(id: string): boolean {
    return this.#shown.has(id)
  }

  #made(): readonly Display[] {
    // What another user has is theirs: the processes of the studio run as the host and cannot open it.
    return this.#dependencies.book.list().filter(({ kind, user }) => kind !== 'screen' && kind !== 'portal' && user === null)
  }

  #placeOf({ id, name }: Display): DisplayPlace {
    const running = this.#dependencies.book.ifRunning(id)
    if (running === undefined) return { state: 'stopped', name }
    const { protocol, server, authority } = running
    return { state: 'running', name, ...(protocol === 'wayland' && { protocol }), server, authority, ...audioOf(running) }
  }
}

function audioOf({ audio }: RunningDisplay): { readonly audio?: string } {
  return audio?.state === 'on' ? { audio: join(audio.folder, 'pipewire-0') } : {}
}
