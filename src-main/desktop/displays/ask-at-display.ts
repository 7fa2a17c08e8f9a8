import { spawn } from 'node:child_process'
import { findProgram } from '../../platform/programs/find-program.ts'
import type { RunningDisplay } from './display-server.ts'

/** A program that asks by a window, and what its exit codes say; any other one is no answer. */
interface Asker {
  readonly program: string
  readonly args: (text: string) => readonly string[]
  readonly allow: number
  readonly deny: number
}

const askers: readonly Asker[] = [
  {
    program: 'zenity',
    args: (text) => ['--question', '--no-markup', '--default-cancel', '--ok-label=Allow', '--cancel-label=Deny', `--text=${text}`],
    allow: 0,
    deny: 1,
  },
  { program: 'xmessage', args: (text) => ['-buttons', 'Allow:10,Deny:11', '-center', text], allow: 10, deny: 11 },
]

/** Asks who sits at a display, by a window there, until the signal. Undefined where nothing is installed for it, or without an answer. */
export async function askAtDisplay({ server, authority }: RunningDisplay, text: string, signal: AbortSignal): Promise<boolean | undefined> {
  const asker = askers.find(({ program }) => findProgram(program) !== undefined)
  if (asker === undefined || signal.aborted) return undefined
  const env = { ...process.env, DISPLAY: server, ...(authority === '' ? {} : { XAUTHORITY: authority }) }
  const child = spawn(asker.program, asker.args(text), { env, stdio: 'ignore', signal })
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null))
    child.on('exit', resolve)
  })
  return code === asker.allow ? true : code === asker.deny ? false : undefined
}
