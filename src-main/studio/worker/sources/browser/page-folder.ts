import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeWorkFolder } from '../../../../platform/storage/work-folder.ts'

/** A folder for one page: its browser's profile and the socket of its audio. */
export interface PageFolder {
  readonly profile: string
  /** For what the browser writes beside its profile; undefined where the names of its sockets would be too long there. */
  readonly temporary: string | undefined
  /** Contains `pulse/`, in which an audio server's socket may be. */
  readonly audio: string
  remove(): void
}

/** Of a socket's path, bytes: `sun_path` of macOS, the shortest of all. */
const socketPathBytes = 103
/** What Chromium puts below its temporary folder: a folder with a random name, and a socket. */
const longestSocket = '/org.chromium.Chromium.XXXXXX/SingletonSocket'

/** Makes such a folder, and clears away those whose process was killed before it could. */
export function makePageFolder(): PageFolder {
  const { path, remove } = makeWorkFolder('ami-studio-page')
  const profile = join(path, 'profile')
  const audio = join(path, 'sound')
  const temporary = join(path, 'temp')
  mkdirSync(profile)
  mkdirSync(temporary)
  mkdirSync(join(audio, 'pulse'), { recursive: true, mode: 0o700 })
  const isShort = Buffer.byteLength(temporary + longestSocket) <= socketPathBytes
  return { profile, temporary: isShort ? temporary : undefined, audio, remove }
}
