import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from '../../platform/logger.ts'
import type { Printers } from '../printing/printers.ts'
import type { Scale } from '../schemas/display.ts'
import type { AudioServer, DisplayProtocol, DisplayServer, RunningDisplay, XServer } from './display-server.ts'
import { endPrograms, startProgram } from './programs.ts'

/** A display that is to be made. */
export interface SiteOrder {
  readonly id: string
  readonly name: string
  /** Pixels. */
  readonly width: number
  readonly height: number
  readonly protocol: DisplayProtocol
  /** What makes it where it is of X11. */
  readonly xServer: XServer
  /** Of Wayland. */
  readonly scale: Scale
}

/** Makes displays, with their audio and their printer, as one user of this machine: programs and files are that user's. */
export interface DisplaySite {
  /** Starts a display; resolves when programs can draw on it. Throws AppError `desktop.*`. */
  start(order: SiteOrder): Promise<RunningDisplay>
  /**
   * The display where it still runs, also one of a host before this one; what of its audio and its printer has ended is started again. Undefined
   * where it has ended.
   */
  check(display: Pick<SiteOrder, 'id' | 'name'>, running: RunningDisplay): Promise<RunningDisplay | undefined>
  /** Gives a display of Wayland another scale. Throws AppError `desktop.server_failed`. */
  scale(running: RunningDisplay, scale: Scale): Promise<void>
  /** Starts a program on it. Throws AppError `desktop.program_failed`. */
  program(display: Pick<SiteOrder, 'id' | 'name'>, running: RunningDisplay, command: readonly string[]): Promise<void>
  /** Ends its programs, then the display. */
  end(id: string, running: RunningDisplay): Promise<void>
  /** Deletes what was kept of one that has ended. */
  remove(id: string): Promise<void>
}

export interface OwnSiteDependencies {
  readonly servers: Readonly<Record<XServer | 'wayland', DisplayServer>>
  readonly audio: AudioServer
  readonly printers: Pick<Printers, 'open' | 'isOpen' | 'close'>
  /** Folder for what displays keep while they run; made where it is missing. */
  readonly folder: string
  readonly log: Logger
}

/** Makes displays as the user that this process runs as. */
export class OwnSite implements DisplaySite {
  readonly #dependencies: OwnSiteDependencies

  constructor(dependencies: OwnSiteDependencies) {
    this.#dependencies = dependencies
    mkdirSync(dependencies.folder, { recursive: true, mode: 0o700 })
  }

  async start({ id, width, height, protocol, xServer, scale }: SiteOrder): Promise<RunningDisplay> {
    const { servers, audio, printers, log } = this.#dependencies
    const folder = this.folderOf(id)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const starting = audio.start(folder, log)
    const opening = printers.open(id, folder)
    try {
      const [started, printer] = await Promise.all([
        servers[protocol === 'wayland' ? protocol : xServer].start({ folder, width, height, scale }),
        opening,
      ])
      return { ...started, audio: await starting, ...(printer !== undefined && { printer }) }
    } catch (error) {
      // The folder is deleted next: nothing may still be made in it.
      await Promise.all([starting.then((made) => audio.end(made)), opening.catch(() => undefined).then(() => printers.close(id))])
      throw error
    }
  }

  async check({ id }: Pick<SiteOrder, 'id'>, running: RunningDisplay): Promise<RunningDisplay | undefined> {
    const { audio, printers, log } = this.#dependencies
    if (!(await this.#serverOf(running).adopt(running))) {
      if (running.audio) await audio.end(running.audio)
      return undefined
    }
    if (running.printer !== undefined && !printers.isOpen(id)) await printers.open(id, this.folderOf(id))
    if (running.audio === undefined || running.audio.state === 'failed' || (running.audio.state === 'on' && audio.runs(running.audio)))
      return running
    // Its programs find it at the same place.
    await audio.end(running.audio)
    return { ...running, audio: await audio.start(this.folderOf(id), log) }
  }

  async scale(running: RunningDisplay, scale: Scale): Promise<void> {
    await this.#serverOf(running).scale?.(running, scale)
  }

  async program(_display: Pick<SiteOrder, 'id'>, running: RunningDisplay, command: readonly string[]): Promise<void> {
    await startProgram(command, running, this.#dependencies.log)
  }

  async end(id: string, running: RunningDisplay): Promise<void> {
    const { audio, printers } = this.#dependencies
    // They may save something first, and draw no more on a display that is gone.
    await endPrograms(running)
    await Promise.all([this.#serverOf(running).end(running), running.audio && audio.end(running.audio), printers.close(id)])
  }

  async remove(id: string): Promise<void> {
    rmSync(this.folderOf(id), { recursive: true, force: true })
  }

  folderOf(id: string): string {
    return join(this.#dependencies.folder, id)
  }

  #serverOf({ protocol }: RunningDisplay): DisplayServer {
    // Whatever made one of X11: they run on and end in one way.
    return this.#dependencies.servers[protocol === 'wayland' ? 'wayland' : 'xvnc']
  }
}
