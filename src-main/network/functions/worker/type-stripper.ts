import { Worker } from 'node:worker_threads'

/** What became of one file: its code without types, or why not. */
export type Stripped = { readonly code: string } | { readonly message: string; readonly stack: string }

/** What files may take together, ms; those who asked wait for 10 s. */
const maxMs = 8000

/** Runs in the thread. */
const threadCode = `
const { parentPort } = require('node:worker_threads')
const { stripTypeScriptTypes } = require('node:module')
process.removeAllListeners('warning')
process.on('warning', () => undefined)
parentPort.on('message', ({ file, text }) => {
  let reply
  try {
    reply = { code: stripTypeScriptTypes(text, { mode: 'strip', sourceUrl: file }) }
  } catch (error) {
    reply = { message: String(error.message), stack: String(error.stack) }
  }
  parentPort.postMessage(reply)
})
`

/**
 * Removes types in a thread of its own, which is ended afterwards: Node's parser is WebAssembly that works no more once a deeply nested file has
 * exhausted its stack, and what takes it long would keep this process from everything else.
 */
export class TypeStripper {
  #thread: Worker | undefined
  #timer: NodeJS.Timeout | undefined
  #give: (stripped: Stripped) => void = () => undefined
  #late = false

  async strip(file: string, text: string): Promise<Stripped> {
    if (this.#late) return late
    const thread = this.#started()
    const stripped = await new Promise<Stripped>((resolve) => {
      this.#give = resolve
      thread.postMessage({ file, text })
    })
    // The parser names the place of each mistake. Where none is named it has failed itself: the next file gets another thread.
    if ('message' in stripped && !/^[^\n]*:\d+\n/.test(stripped.stack)) await this.end()
    return stripped
  }

  async end(): Promise<void> {
    clearTimeout(this.#timer)
    const thread = this.#thread
    this.#thread = undefined
    await thread?.terminate()
  }

  #started(): Worker {
    if (this.#thread !== undefined) return this.#thread
    const thread = new Worker(threadCode, { eval: true, env: {}, resourceLimits: { maxOldGenerationSizeMb: 256 } })
    this.#thread = thread
    thread.on('message', (stripped: Stripped) => this.#give(stripped))
    thread.on('error', (error) => this.#give({ message: error.message, stack: '' }))
    thread.on('exit', () => this.#give({ message: 'It cannot be read', stack: '' }))
    this.#timer ??= setTimeout(() => {
      this.#late = true
      this.#give(late)
      void this.end()
    }, maxMs)
    return thread
  }
}

const late: Stripped = { message: `To read it takes longer than ${maxMs / 1000} s`, stack: '' }
