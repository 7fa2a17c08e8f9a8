import { spawn } from 'node:child_process'
import { constants } from 'node:fs'
import { access, lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Static, type TSchema, Type } from 'typebox'
import Value from 'typebox/value'
import { AppError } from '../../../platform/errors.ts'
import { lastLineOf } from '../../../platform/programs/system-program.ts'
import { type MachineOrder, OffersSchema, type Provider, ProviderMachineSchema } from './provider.ts'

/** Names, not paths: programs are looked for in one folder alone. */
export const programNamePattern = '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$'
const maxOutputBytes = 1 << 20
const maxErrorChars = 4000
const maxPrograms = 100
/** What a program that has ended has printed is read within this time, ms. */
const graceMs = 200
/** The exit code of a program that says that nothing was changed. */
const rejectedCode = 3
const groupOrWorldWrites = constants.S_IWGRP | constants.S_IWOTH

/** Names of the programs in the folder that may be run. */
export async function listProgramNames(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(() => [] as string[])).filter((name) => new RegExp(programNamePattern).test(name))
  const usable = await Promise.all(
    names.slice(0, maxPrograms).map((name) =>
      checkProgram(folder, name).then(
        () => true,
        () => false,
      ),
    ),
  )
  return names
    .slice(0, maxPrograms)
    .filter((_, index) => usable[index])
    .sort()
}

/** The path of a program. Throws `network.provider_invalid` where it is not one that may be run. */
async function checkProgram(folder: string, name: string): Promise<string> {
  const invalid = (why: string): AppError => new AppError('network.provider_invalid', `${join(folder, name)} ${why}`)
  if (!new RegExp(programNamePattern).test(name)) throw new AppError('network.provider_invalid', `"${name}" is not the name of a program`)
  const file = join(folder, name)
  const stat = await lstat(file).catch(() => undefined)
  if (stat === undefined) throw invalid('does not exist')
  if (!stat.isFile()) throw invalid('is not a file')
  // Who owns it can change it.
  if (stat.uid !== 0 && stat.uid !== process.getuid?.()) throw invalid('belongs to another user')
  if ((stat.mode & groupOrWorldWrites) !== 0) throw invalid('can be written by other users: `chmod go-w` it')
  await access(file, constants.X_OK).catch(() => {
    throw invalid('is not executable: `chmod u+x` it')
  })
  return file
}

/**
 * A provider behind a program of the operator. It is run without a shell as `PROGRAM offers|list|create|destroy`, gets one object of JSON
 * on its standard input and answers with one on its standard output. Who is asked for machines never sees arguments made of text.
 *
 * @param owner label by which the program tells the machines of this host from others
 */
export function commandProvider(folder: string, name: string, owner: string): Provider {
  const ask = async <Schema extends TSchema>(
    verb: 'offers' | 'list' | 'create' | 'destroy',
    request: object,
    schema: Schema,
    signal: AbortSignal,
  ): Promise<Static<Schema>> => {
    const text = await runProgram(await checkProgram(folder, name), folder, verb, JSON.stringify({ owner, ...request }), signal)
    if (verb === 'destroy') return undefined as Static<Schema>
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch {
      throw new AppError('network.provider_failed', `${name} ${verb}: what it printed is not JSON`)
    }
    const [wrong] = Value.Errors(schema, value)
    if (wrong !== undefined)
      throw new AppError('network.provider_failed', `${name} ${verb}: ${wrong.instancePath || 'it'} ${wrong.message}`)
    return Value.Clean(schema, value) as Static<Schema>
  }
  return {
    offers: (signal) => ask('offers', {}, OffersSchema, signal),
    list: async (signal) => (await ask('list', {}, ListSchema, signal)).machines,
    create: (order: MachineOrder, signal) => ask('create', order, ProviderMachineSchema, signal),
    destroy: (id, signal) => ask('destroy', { id }, Type.Unknown(), signal) as Promise<void>,
  }
}

const ListSchema = Type.Object({ machines: Type.Array(ProviderMachineSchema, { maxItems: 1000 }) })

function runProgram(file: string, cwd: string, verb: string, input: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const { PATH, HOME, TMPDIR } = process.env
    // A group of its own: what the program has started ends with it.
    const child = spawn(file, [verb], {
      ...{ cwd, shell: false, detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
      env: { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }) },
    })
    const output: Buffer[] = []
    let bytes = 0
    let errors = ''
    let fault: AppError | undefined
    const end = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // it has ended
      }
    }
    let code: number | null = null
    let isSettled = false
    /** Whoever has its pipes open still, in a session of its own, keeps nobody waiting. */
    const settle = (): void => {
      if (isSettled) return
      isSettled = true
      signal.removeEventListener('abort', onAbort)
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy()
      const last = lastLineOf(errors).replace(controls, ' ')
      const kind = code === rejectedCode ? 'network.provider_rejected' : 'network.provider_failed'
      if (fault !== undefined) reject(fault)
      else if (code === 0) resolve(Buffer.concat(output).toString('utf8'))
      else reject(new AppError(kind, `${file} ${verb} ended with ${code}${last === '' ? '' : `: ${last}`}`))
    }
    const onAbort = (): void => {
      fault ??= new AppError('network.provider_failed', `${file} ${verb} did not end in time`)
      end()
      settle()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes <= maxOutputBytes) output.push(chunk)
      else {
        fault ??= new AppError('network.provider_failed', `${file} ${verb} printed more than ${maxOutputBytes >> 20} MiB`)
        end()
      }
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-maxErrorChars)
    })
    child.once('exit', (exitCode) => {
      code = exitCode
      // Also where the program has left its output to one that goes on: what is printed later is not its answer.
      setImmediate(end)
      // Timers come before input: what is in the pipes already is read first, however late this is.
      setTimeout(() => setImmediate(settle), graceMs).unref()
    })
    child.once('error', (cause) => {
      fault ??= new AppError('network.provider_failed', `${file} could not be started: ${cause.message}`, { cause })
      settle()
    })
    child.once('close', settle)
  })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
const controls = /[\u0000-\u001f\u007f]/g
