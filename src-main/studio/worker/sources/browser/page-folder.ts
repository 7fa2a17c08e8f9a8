import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeWorkFolder } from '../../../../platform/storage/work-folder.ts'

/** A folder for one page: its browser's profile and the socket of its audio. */
export interface PageFolder {
  readonly profile: string
  /** Contains `pulse/`, in which an audio server's socket may be. */
  readonly audio: string
  remove(): void
}

/** Makes such a folder, and clears away those whose process was killed before it could. */
export function makePageFolder(): PageFolder {
  const { path, remove } = makeWorkFolder('ami-studio-page')
  const profile = join(path, 'profile')
  const audio = join(path, 'sound')
  mkdirSync(profile)
  mkdirSync(join(audio, 'pulse'), { recursive: true, mode: 0o700 })
  return { profile, audio, remove }
}
