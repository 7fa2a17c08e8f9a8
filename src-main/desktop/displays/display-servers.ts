import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Attached } from '../schemas/display.ts'
import { attachedServer } from './attached-server.ts'
import type { DisplayServer, RunningDisplay } from './display-server.ts'
import type { DisplaySite } from './display-site.ts'
import type { StoredDisplay } from './display-store.ts'
import type { MonitorPlace } from './monitors.ts'
import { portalServer } from './portal/portal-server.ts'

export interface DisplayServersDependencies {
  /** What makes displays as a user of this machine; null: the one that the host runs as. Throws `desktop.user_*`. */
  readonly siteOf: (user: string | null) => DisplaySite
  /** Folder for the cookies of displays that other programs made. */
  readonly folder: string
  /** Splits a display that runs into monitors. */
  readonly arrange: (id: string, running: RunningDisplay, monitors: readonly MonitorPlace[]) => void
  readonly log: Logger
}

/** What shows a display that was not made here. */
const serverOf = ({ protocol }: StoredDisplay, attached: Attached, log: Logger): DisplayServer =>
  'portal' in attached ? portalServer : attachedServer(protocol, attached, log)

/** The servers of displays as these are kept: made here as their user, or by other programs. */
export class DisplayServers {
  readonly #dependencies: DisplayServersDependencies

  constructor(dependencies: DisplayServersDependencies) {
    this.#dependencies = dependencies
  }

  /** The display where it still runs. Never rejects: what cannot be asked about has ended. */
  async check(stored: StoredDisplay): Promise<RunningDisplay | undefined> {
    const { running, attached } = stored
    const { log } = this.#dependencies
    if (running === null) return undefined
    if (attached !== null) return (await serverOf(stored, attached, log).adopt(running)) ? running : undefined
    try {
      return await this.#siteOf(stored).check(stored, running)
    } catch (error) {
      log.warn({ err: error, display: stored.id }, 'a display cannot be asked whether it runs')
      return undefined
    }
  }

  /** Starts it with its program. Of a new one nothing is kept where that fails. */
  async start(stored: StoredDisplay, isNew: boolean): Promise<RunningDisplay> {
    const { id, width, height, scale, monitors, command, attached } = stored
    const { arrange, log } = this.#dependencies
    if (attached !== null) return serverOf(stored, attached, log).start({ folder: this.#folderOf(id), width, height, scale })
    const site = this.#siteOf(stored)
    try {
      const running = await site.start(stored)
      if (monitors.length > 1) arrange(id, running, monitors)
      try {
        if (command !== null) await site.program(stored, running, command)
      } catch (error) {
        await site.end(id, running)
        throw error
      }
      return running
    } catch (error) {
      // Of a user as whom nothing may be made there is nothing to delete.
      const isDenied = error instanceof AppError && error.code.startsWith('desktop.user_')
      if (isNew && !isDenied) await this.removeFolder(stored)
      throw error
    }
  }

  /** Gives it the scale that it is kept with, where it runs. */
  async scale(stored: StoredDisplay): Promise<void> {
    if (stored.running !== null) await this.#siteOf(stored).scale(stored.running, stored.scale)
  }

  /** Ends it where it runs and was made here. */
  async end(stored: StoredDisplay): Promise<void> {
    const { id, running, attached } = stored
    if (running === null || attached !== null) return
    try {
      await this.#siteOf(stored).end(id, running)
    } catch (error) {
      // One of another user, whom the host may not act as any more: it is not ours to end.
      if (stored.user === null) throw error
      this.#dependencies.log.warn({ err: error, display: id }, 'a display could not be ended')
    }
  }

  /** Deletes what was kept of one that has ended. */
  async removeFolder(stored: StoredDisplay): Promise<void> {
    if (stored.attached !== null) rmSync(this.#folderOf(stored.id), { recursive: true, force: true })
    else
      await this.#siteOf(stored)
        .remove(stored.id)
        .catch((error: unknown) => {
          this.#dependencies.log.warn({ err: error, display: stored.id }, 'what was kept of a display could not be deleted')
        })
  }

  #siteOf({ user }: StoredDisplay): DisplaySite {
    return this.#dependencies.siteOf(user)
  }

  #folderOf(id: string): string {
    return join(this.#dependencies.folder, id)
  }
}
