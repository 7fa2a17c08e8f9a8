import { existsSync } from 'node:fs'
import { access, constants, mkdir } from 'node:fs/promises'
import { basename, dirname, extname, isAbsolute, join, normalize } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileName, numberField, timeFields } from '../../../../media/files/file-names.ts'
import { AppError } from '../../../../platform/errors.ts'
import { type FilePolicy, judgeFile } from '../../../../platform/user-files/file-policy.ts'
import { FileFault } from '../../../../platform/user-files/regular-file.ts'

/** The folder that settings mean: absolute, or below the studio's own. Throws `studio.folder_unusable`. */
export function folderOf(own: string, folder: string): string {
  if (folder.includes('\0')) throw new AppError('studio.folder_unusable', 'The folder has a character that no folder has')
  if (isAbsolute(folder)) return normalize(folder)
  const below = normalize(folder === '' ? '.' : folder)
  if (below === '..' || below.startsWith('../')) {
    throw new AppError('studio.folder_unusable', `${folder} is not below the studio's folder: give it from the root on`)
  }
  return join(own, below)
}

/** The real folder behind one that settings name. Throws `path.forbidden` where nothing may be written there. */
export async function judgeFolder(folder: string, policy: FilePolicy, limited: boolean): Promise<string> {
  try {
    return await judgeFile(folder, policy, limited)
  } catch (cause) {
    if (cause instanceof FileFault) throw new AppError('path.forbidden', cause.message, { cause })
    throw cause
  }
}

/** How long a folder may take to answer: one of a server that is gone never does, ms. */
const maxWaitMs = 5000

/** Makes the folder where it is missing. Rejects with `studio.folder_unusable`. */
export async function prepareFolder(folder: string): Promise<void> {
  const late = new AbortController()
  try {
    const ready = makeFolder(folder).then(() => access(folder, constants.W_OK))
    const answer = await Promise.race([ready, sleep(maxWaitMs, 'late' as const, { signal: late.signal })])
    if (answer === 'late') throw new Error(`no answer within ${maxWaitMs / 1000} s`)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new AppError('studio.folder_unusable', `${folder}: ${code ?? (cause as Error).message}`, { cause })
  } finally {
    late.abort()
  }
}

/** Step by step: where the system takes no folder at all (as below /proc), Node's own recursive way tries for ever. */
async function makeFolder(folder: string): Promise<void> {
  const missing: string[] = []
  const stands = (at: string): Promise<boolean> =>
    access(at).then(
      () => true,
      () => false,
    )
  for (let at = folder; dirname(at) !== at && !(await stands(at)); at = dirname(at)) missing.unshift(at)
  for (const each of missing) await mkdir(each)
}

export interface FileFacts {
  readonly folder: string
  readonly template: string
  readonly ending: string
  /** ms since 1970. */
  readonly wallMs: number
  readonly output: string
  readonly canvas: string
  readonly scene: string
  readonly part: number
}

/** Where a file's bytes are written until it is whole: the file is there complete or not at all. */
export function halfOf(path: string): string {
  return `${path}.part`
}

/** A path for a file of another type beside this one, that no file has or is to have (`taken`). */
export function pathBeside(path: string, ending: string, taken: ReadonlySet<string>): string {
  const base = join(dirname(path), basename(path, extname(path)))
  return freeOf(base, ending, taken)
}

function freeOf(base: string, ending: string, taken: ReadonlySet<string>): string {
  let path = `${base}.${ending}`
  for (let next = 2; taken.has(path) || existsSync(path) || existsSync(halfOf(path)); next++) path = `${base}-${next}.${ending}`
  return path
}

/** A path that no file has or is to have (`taken`). A file of a later part says so in its name, whatever the template. */
export function freePath({ folder, template, ending, wallMs, output, canvas, scene, part }: FileFacts, taken: ReadonlySet<string>): string {
  const fields = { ...timeFields(wallMs), output, canvas, scene, part: numberField(part) }
  const full = part > 1 && !/\{(part|time)\}/.test(template) ? `${template}-{part}` : template
  const name = fileName(full, fields, `recording-${fields.part}`)
  return freeOf(join(folder, name), ending, taken)
}
