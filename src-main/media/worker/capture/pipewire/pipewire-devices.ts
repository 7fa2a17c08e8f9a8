import { AppError } from '../../../../platform/errors.ts'
import type { Device } from '../../../device.ts'
import type { Closable, PipeWireAddon } from '../../native/pipewire.ts'
import { type PipeWireKind, PipeWireNodes } from './pipewire-nodes.ts'

/** What to do where no daemon answers. */
export const startPipeWireRemedy = 'start it for the user that runs the host: systemctl --user start pipewire wireplumber'

/** The devices of a PipeWire, watched until `close`. */
export class PipeWireDevices {
  readonly nodes = new PipeWireNodes()
  readonly #session: Closable
  readonly #listeners = new Set<() => void>()
  #state: 'connecting' | 'ready' | 'lost' = 'connecting'
  #problem = ''

  /** `server`: full path of its socket; left out: the PipeWire of this user. */
  constructor(addon: PipeWireAddon, server?: string) {
    this.#session = new addon.Session({ ...(server !== undefined && { server }) }, (event) => {
      this.nodes.take(event)
      if (event.kind === 'synced') this.#state = 'ready'
      else if (event.kind === 'lost') {
        this.#state = 'lost'
        this.#problem = event.problem
      } else if (event.kind === 'connected') this.#state = 'connecting'
      // With half a list nobody could say what is missing.
      if (this.#state === 'connecting') return
      for (const listener of [...this.#listeners]) listener()
    })
  }

  get state(): 'connecting' | 'ready' | 'lost' {
    return this.#state
  }

  /** Why there is no PipeWire, for people. */
  get problem(): string {
    return this.#problem
  }

  /** Called after each change, except during the first report. Returns the function that stops listening. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Waits until all is known. Rejects with `studio.devices_unavailable` where PipeWire does not answer. */
  async settled(timeoutMs = 3000): Promise<void> {
    if (this.#state === 'connecting') {
      await new Promise<void>((resolve) => {
        const late = setTimeout(done, timeoutMs)
        const unlisten = this.onChange(done)
        function done(): void {
          clearTimeout(late)
          unlisten()
          resolve()
        }
      })
    }
    if (this.#state === 'ready') return
    const problem = this.#problem || 'PipeWire does not answer in time'
    throw new AppError('studio.devices_unavailable', problem)
  }

  close(): void {
    this.#listeners.clear()
    this.#session.close()
  }
}

/** What there is of a kind now. Rejects with `studio.devices_unavailable`. */
export async function listPipeWireDevices(addon: PipeWireAddon, kind: PipeWireKind): Promise<readonly Device[]> {
  const devices = new PipeWireDevices(addon)
  try {
    await devices.settled()
    return devices.nodes.list(kind)
  } finally {
    devices.close()
  }
}
