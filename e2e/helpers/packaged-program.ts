import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { CommandEnd, Machine } from './machine.ts'

/** Installs or upgrades the package by dpkg, which fails where something is missing that it depends on. */
export async function installDeb(machine: Machine, deb: string): Promise<void> {
  const inside = `var/tmp/${basename(deb)}`
  copyFileSync(deb, join(machine.root, inside))
  try {
    // A machine that lasts for a test needs no sync.
    await machine.do(['dpkg', '--force-unsafe-io', '--install', `/${inside}`])
  } finally {
    rmSync(join(machine.root, inside), { force: true })
  }
}

/** Packages that a package recommends, the first of each choice: what somebody has who installs it by apt. */
export function recommendedBy(deb: string): readonly string[] {
  const line = execFileSync('dpkg-deb', ['--field', deb, 'Recommends'], { encoding: 'utf8' })
  return line.split(',').map((each) => each.trim().split(' ')[0]!)
}

/** The command line of the program in a machine. */
export interface Streams {
  run(args: readonly string[], as?: string): Promise<CommandEnd>
  /** What it prints with `--json`. */
  json(args: readonly string[], as?: string): Promise<any>
}

/** `program`: how it is started; `streams` of the path where left out. */
export function streamsOf(machine: Machine, program: readonly string[] = ['streams']): Streams {
  const run = (args: readonly string[], as?: string): Promise<CommandEnd> => machine.run([...program, ...args], as)
  return {
    run,
    async json(args, as) {
      const { out, errors } = await run([...args, '--json'], as)
      try {
        return JSON.parse(out)
      } catch {
        throw new Error(`streams ${args.join(' ')} printed no JSON: ${out}${errors}`)
      }
    },
  }
}

/** What of the program is in the machine's files, but for the home folders of its users: files, users and groups. */
export async function leftOvers(machine: Machine): Promise<readonly string[]> {
  const isOurs = (path: string): boolean => /ami[-_.]?streams|\bstreams\b/i.test(path) && !/^(?:home|root|tmp|var\/tmp)\//.test(path)
  const files = machine.changes().filter(isOurs)
  const accounts = ['etc/passwd', 'etc/group', 'etc/shadow', 'etc/gshadow', 'var/lib/dpkg/status'].filter((file) =>
    readFileSync(join(machine.root, file), 'utf8').includes('ami-streams'),
  )
  return [...files, ...accounts.map((file) => `names in ${file}`)]
}
