import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { AppError } from '../../../platform/errors.ts'
import { plainLine } from './plain-line.ts'
import { newMark, type RemoteRights, remoteCommand, scriptBytes } from './remote-script.ts'
import { connectionFault, sudoFault } from './ssh-faults.ts'
import type { SshTarget } from './ssh-target.ts'

/** A script for another machine. */
export interface RemoteWork {
  readonly script: string
  /** What it has as `$1`, `$2`, … */
  readonly values?: readonly string[]
  readonly rights: RemoteRights
  /** For `sudo-password`. */
  readonly sudoPassword?: string
  /** What it reads from its input. */
  readonly input?: AsyncIterable<Uint8Array>
  /** Called with the bytes of `input` that are on their way. */
  readonly onSent?: (bytes: number) => void
  /** Called with each line that it prints; plain text of a limited length. */
  readonly onLine?: (line: string) => void
  /** It is given up when it neither prints nor takes anything for so long, ms. */
  readonly silenceMs: number
  readonly signal: AbortSignal
}

export interface RemoteEnd {
  readonly code: number
  /** The first lines that it printed on its standard output. */
  readonly lines: readonly string[]
  /** The last line that it printed on its standard error. */
  readonly lastError: string
}

const maxLines = 500
/** A line without an end is one line after so many characters. */
const maxLineChars = 4000
/** Lines a script may print before it is ended. */
const maxPrinted = 20_000
/** What ssh itself ends with where there is no connection. */
const noConnection = 255

/** Runs a script on another machine through `start`, which starts a command there. Throws `network.ssh_unreachable`, `network.sudo_rejected`. */
export async function runRemote(start: (command: string) => ChildProcess, target: SshTarget, work: RemoteWork): Promise<RemoteEnd> {
  const { script, values, rights, sudoPassword = '', input, onSent, onLine, silenceMs, signal } = work
  signal.throwIfAborted()
  const bytes = scriptBytes(script, values)
  const mark = newMark()
  const child = start(remoteCommand(bytes.length, rights, mark))
  const { stdin, stdout, stderr } = child
  if (stdin === null || stdout === null || stderr === null) throw new TypeError('ssh was started without pipes')
  let fault: Error | undefined
  const end = (error: Error): void => {
    fault ??= error
    child.kill('SIGKILL')
    // The connection's own process has both, too, until the script there has ended.
    stdout.destroy()
    stderr.destroy()
  }
  const abort = (): void => end(signal.reason as Error)
  signal.addEventListener('abort', abort, { once: true })
  const silence = setTimeout(() => end(silent(target, silenceMs)), silenceMs)
  const exited = once(child, 'close') as Promise<[number | null]>
  exited.catch(() => undefined)
  stdin.on('error', () => undefined)

  const lines: string[] = []
  let printed = 0
  let lastError = ''
  const ready = Promise.withResolvers<boolean>()
  let isReady = false
  readLines(stdout, (line) => {
    silence.refresh()
    // What a shell prints before is of its own files.
    if (!isReady) {
      if (line !== mark) return
      isReady = true
      ready.resolve(true)
      return
    }
    if (++printed > maxPrinted) end(new AppError('network.step_failed', `${target.host} prints without an end`))
    if (lines.length < maxLines) lines.push(line)
    onLine?.(line)
  })
  let asked = 0
  const takeError = (line: string): void => {
    silence.refresh()
    if (++printed > maxPrinted) end(new AppError('network.step_failed', `${target.host} prints without an end`))
    if (line === '') return
    lastError = line
    if (isReady) onLine?.(line)
  }
  readLines(stderr, takeError, mark, () => {
    // It asks again where the password was wrong.
    if (asked++ === 0) stdin.write(`${sudoPassword}\n`)
    else end(sudoFault('the password for sudo is wrong', target))
  })
  exited.then(
    () => ready.resolve(false),
    () => ready.resolve(false),
  )
  try {
    if (await ready.promise) {
      stdin.write(bytes)
      if (input !== undefined)
        await send(input, child, (sent) => {
          silence.refresh()
          onSent?.(sent)
        })
      stdin.end()
    }
    const [code] = await exited
    if (fault !== undefined) throw fault
    if (!isReady)
      throw rights.startsWith('sudo') && code !== noConnection ? sudoFault(lastError, target) : connectionFault(lastError, target)
    if (code === null || code === noConnection) throw connectionFault(lastError || 'the connection was lost', target)
    return { code, lines, lastError }
  } catch (error) {
    child.kill('SIGKILL')
    throw fault ?? error
  } finally {
    clearTimeout(silence)
    signal.removeEventListener('abort', abort)
  }
}

const silent = (target: SshTarget, ms: number): AppError =>
  new AppError('network.ssh_unreachable', `${target.host} has not answered for ${Math.round(ms / 1000)} s`)

/** Writes at the pace of the other side; ends early where the command has ended. */
async function send(input: AsyncIterable<Uint8Array>, child: ChildProcess, onSent: (bytes: number) => void): Promise<void> {
  const { stdin } = child
  for await (const piece of input) {
    if (stdin === null || stdin.destroyed || stdin.writableEnded || child.exitCode !== null) return
    if (!stdin.write(piece)) await untilWritable(stdin, child)
    onSent(piece.length)
  }
}

/** Resolves when the input takes more, or takes nothing any more. */
function untilWritable(stdin: Writable, child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stdin.off('drain', done).off('close', done)
      child.off('close', done)
      resolve()
    }
    stdin.on('drain', done).on('close', done)
    child.on('close', done)
  })
}

/** Calls back with each line, and where `prompt` is given whenever it comes at the end of what was printed. */
function readLines(stream: NodeJS.ReadableStream, onLine: (line: string) => void, prompt?: string, onPrompt?: () => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (prompt !== undefined && rest.endsWith(prompt)) {
      rest = ''
      onPrompt?.()
    }
    if (rest.length > maxLineChars) {
      lines.push(rest)
      rest = ''
    }
    for (const line of lines) onLine(plainLine(line))
  })
  stream.on('end', () => {
    if (rest !== '') onLine(plainLine(rest))
  })
}
