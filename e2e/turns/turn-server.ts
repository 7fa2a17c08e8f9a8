import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { capacity } from '../plan.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the socket at which a file asks for its turn. */
    turns: string
  }
}

/** A file that waits for its turn, with the share of the machine that it needs. */
interface Waiting {
  readonly socket: Socket
  readonly share: number
}

/**
 * Lets files run beside each other as far as their shares fit into the machine. A file keeps its turn for as long as its connection lasts,
 * so that one that is killed gives it back. The first that fits is next: a light file passes a heavy one that has to wait anyway.
 */
export class Turns {
  #free = capacity
  readonly #waiting: Waiting[] = []

  take(socket: Socket, share: number): void {
    const waiting = { socket, share }
    this.#waiting.push(waiting)
    socket.on('error', () => undefined)
    socket.once('close', () => {
      const place = this.#waiting.indexOf(waiting)
      if (place >= 0) this.#waiting.splice(place, 1)
      else this.#free += share
      this.#next()
    })
    this.#next()
  }

  #next(): void {
    for (const waiting of [...this.#waiting]) {
      if (waiting.share > this.#free) continue
      this.#free -= waiting.share
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      waiting.socket.write('go')
    }
  }
}

/** Vitest runs this once, before all files. */
export default async function serveTurns(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'ami-turns-'))
  const path = process.platform === 'win32' ? `\\\\.\\pipe\\ami-turns-${process.pid}` : join(folder, 'socket')
  const turns = new Turns()
  const server = createServer((socket) => socket.once('data', (share) => turns.take(socket, Number(share))))
  await new Promise<void>((resolve) => server.listen(path, resolve))
  project.provide('turns', path)
  return () => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  }
}
