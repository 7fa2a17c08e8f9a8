import { readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { AuditLog } from '../../platform/audit.ts'
import { AppError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { randomText } from '../../platform/random-id.ts'
import { printPrefix } from '../files/file-names.ts'
import type { SharedFolder } from '../files/shared-folder.ts'
import { DisplayPrinter, maxDocumentBytes, type PrintTarget } from './display-printer.ts'

/** Longest name of a socket, bytes: sun_path of unix(7), less its end. */
const maxSocketName = 107
/** What is left free on the disk when all that are on their way are as large as they may be, bytes. */
const keptFreeBytes = 500_000_000

/** A document that a program of a display printed. */
export interface PrintedDocument {
  readonly name: string
  /** Below the shared folder of the display. */
  readonly path: string
}

export interface PrintersDependencies {
  /** The folder that a display shares files in. */
  readonly folderOf: (display: string) => Promise<SharedFolder>
  /** Those of them that are there already, wherever they are. */
  readonly foldersThere: (display: string) => Promise<readonly Pick<SharedFolder, 'path'>[]>
  readonly nameOf: (display: string) => string
  /** It is in the shared folder: who works there is to see it. */
  readonly onPrinted: (display: string, printed: PrintedDocument) => void
  readonly audit: Pick<AuditLog, 'record'>
  readonly log: Logger
}

/** Printers of displays: what programs print is a PDF in the folder that their display shares. */
export class Printers {
  readonly #dependencies: PrintersDependencies
  readonly #running = new Map<string, DisplayPrinter>()
  /** Paths of documents on their way, of all displays. */
  readonly #documents = new Set<string>()

  constructor(dependencies: PrintersDependencies) {
    this.#dependencies = dependencies
  }

  /** Starts the printer of a display in its own folder; answers its socket. Never rejects: a display is of use without one. */
  async open(display: string, folder: string): Promise<string | undefined> {
    const socket = join(folder, 'printer')
    const { log } = this.#dependencies
    if (process.platform !== 'linux' || Buffer.byteLength(socket) > maxSocketName) return undefined
    await this.close(display)
    const printer = new DisplayPrinter({ socket, log, target: () => this.#target(display) })
    try {
      await printer.start()
    } catch (error) {
      log.warn({ err: error, display }, 'a display has no printer')
      return undefined
    }
    this.#running.set(display, printer)
    return socket
  }

  /** Removes documents of these displays that a host before this one left half. Never rejects. */
  async removeLeftBehind(displays: readonly string[]): Promise<void> {
    const { foldersThere, log } = this.#dependencies
    for (const display of displays) {
      try {
        for (const { path } of await foldersThere(display)) {
          const left = (await readdir(path)).filter((name) => name.startsWith(printPrefix)).map((name) => join(path, name))
          for (const file of left) if (!this.#documents.has(file)) await rm(file, { force: true })
        }
      } catch (error) {
        log.warn({ err: error, display }, 'documents that were printed half could not be removed')
      }
    }
  }

  /** The printer of a display takes documents. */
  isOpen(display: string): boolean {
    return this.#running.has(display)
  }

  async close(display: string): Promise<void> {
    const printer = this.#running.get(display)
    this.#running.delete(display)
    await printer?.stop()
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((display) => this.close(display)))
  }

  async #target(display: string): Promise<PrintTarget> {
    const { folderOf, nameOf, onPrinted, audit } = this.#dependencies
    const folder = await folderOf(display)
    const file = join(folder.path, `${printPrefix}${randomText(20)}`)
    // Counted before the disk is asked, so that documents that start together count each other.
    this.#documents.add(file)
    const disk = await statfs(folder.path).catch(() => undefined)
    if (disk !== undefined && disk.bavail * disk.bsize < keptFreeBytes + maxDocumentBytes * this.#documents.size) {
      this.#documents.delete(file)
      throw new AppError('desktop.disk_full')
    }
    return {
      file,
      async place(name: string) {
        const path = await folder.place(file, name)
        audit.record({ kind: 'command', message: `"${path}" was printed on display ${nameOf(display)}`, data: { display } })
        onPrinted(display, { name, path })
      },
      close: async () => {
        this.#documents.delete(file)
        await rm(file, { force: true })
      },
    }
  }
}
