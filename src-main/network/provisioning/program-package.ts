import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The program as `npm run pack` packs it: what a machine is sent. */
export interface ProgramPackage {
  readonly file: string
  readonly version: string
  /** As Node names it. */
  readonly architecture: string
  readonly bytes: number
}

const name = /^ami-streams-(\d[\w.+~-]{0,60})-linux-(x64|arm64)\.tar\.gz$/

/** The packed programs in some folders: for each architecture that of this version, else the newest. */
export function findPackages(folders: readonly string[], version: string): readonly ProgramPackage[] {
  const found = folders.flatMap((folder) => readFolder(folder).flatMap((each) => readPackage(folder, each) ?? []))
  const best = new Map<string, (typeof found)[number]>()
  for (const each of found) {
    const other = best.get(each.architecture)
    const isBetter = other === undefined || (other.version !== version && (each.version === version || each.madeMs > other.madeMs))
    if (isBetter) best.set(each.architecture, each)
  }
  return [...best.values()]
}

function readPackage(folder: string, fileName: string): (ProgramPackage & { readonly madeMs: number }) | undefined {
  const [, version, architecture] = name.exec(fileName) ?? []
  if (version === undefined || architecture === undefined) return undefined
  const file = join(folder, fileName)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isFile() !== true) return undefined
  return { file, version, architecture, bytes: found.size, madeMs: found.mtimeMs }
}

function readFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
