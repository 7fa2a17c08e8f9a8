import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { defaultDataFolder } from '../../platform/config/data-folder.ts'
import { attachVariable, pageVariable } from '../electron-program.ts'

/** How Electron was started. */
export interface ShellStart {
  readonly dataDir: string
  /** The host that runs already is shown; undefined: the command of a host to start where none runs. */
  readonly command: readonly [node: string, ...args: string[]] | undefined
  /** A link or file to open. */
  readonly target: string | undefined
  /** Path of the page to show first. */
  readonly page: string | undefined
}

export interface ShellSurroundings {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  /** An installed program, whose own files are in `resources`. */
  readonly isPackaged: boolean
  readonly resources: string
}

/** Its first number; those before it get no corrections of Chromium any more when this one is out for a while. */
export const minElectron = 45

/** Why this program does not run in that version of Electron; undefined where it does. */
export function rejectedElectron(version: string | undefined): string | undefined {
  const first = Number(/^(\d+)\./.exec(version ?? '')?.[1])
  return first >= minElectron ? undefined : `AMI Streams needs Electron ${minElectron} or newer, and this is ${version ?? 'none'}.`
}

/** Reads what a start is for. An installed program brings the host along in `program` of its resources. */
export function readStart({ argv, env, platform, isPackaged, resources }: ShellSurroundings): ShellStart {
  const attached = env[attachVariable]
  // Behind the program, and behind the script where Electron was given one; the last one, for Chromium puts its switches first.
  const given = argv.slice(isPackaged ? 1 : 2).filter((each) => !each.startsWith('-'))
  const dataDir = attached || env.STREAMS_DATA || defaultDataFolder(platform, env)
  const program = join(resources, 'program')
  const node = join(program, 'bin', platform === 'win32' ? 'node.exe' : 'node')
  const command = [node, join(program, 'bin/streams.mjs'), 'host', '--data', dataDir, '--for-shell', '--json'] as const
  return {
    dataDir,
    command: attached || !existsSync(node) ? undefined : [...command],
    target: given.at(-1),
    page: env[pageVariable] || undefined,
  }
}
