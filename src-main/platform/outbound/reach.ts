import { mkdir } from 'node:fs/promises'
import { isAbsolute, join, normalize } from 'node:path'
import { AppError } from '../errors.ts'
import type { EventBus } from '../events/events.ts'
import { newSecret } from '../identity/secrets.ts'
import type { SettingsStore } from '../storage/settings-store.ts'
import { type FilePolicy, pathProblem, realPathOf } from '../user-files/file-policy.ts'
import { allowedHostFault } from './allowed-hosts.ts'
import type { NetworkPolicy } from './network-policy.ts'

/** What users' paths and URLs may lead to. Plain data, so that it crosses to other processes. */
export interface ReachPolicy {
  readonly files: FilePolicy
  readonly network: NetworkPolicy
}

/** What admins opened to editors beside what is open to all of them. */
export interface EditorReach {
  /** Absolute paths. */
  readonly folders: readonly string[]
  /** Names, IP addresses and blocks: see `allowed-hosts`. */
  readonly hosts: readonly string[]
}

/** The policy in force, and the part of it that admins set. */
export interface Reach {
  policy(): ReachPolicy
  /** Folders that editors may use without anybody having opened them. */
  readonly mediaFolders: readonly string[]
  editors(): EditorReach
  /** Kept, in force at once. Rejects with `request.invalid`, which names the entry. */
  setEditors(changes: Partial<EditorReach>): Promise<EditorReach>
  /** Ports are known once they are open. `ownOrigin`: URL of this host for programs on this machine. */
  setPorts(ports: Pick<NetworkPolicy, 'ownHttpPorts' | 'ownHttpsPorts'>, ownOrigin: string): void
  /** Returns the way to stop listening. */
  onChange(listener: () => void): () => void
}

export interface ReachOptions {
  readonly dataDir: string
  /** Files elsewhere that are the host's own: the key of its certificate. Empty texts are left out. */
  readonly privateFiles: readonly string[]
  readonly store: SettingsStore
  readonly events: EventBus
}

const key = 'editorReach'
/** Folders of the data folder that hold what users made, and one for files that they put there. */
const mediaFolders = ['media', 'recordings', 'clips', join('studio', 'recordings'), join('studio', 'uploads')]

/** Reads what admins opened to editors, and makes the policy of it. */
export async function createReach({ dataDir, privateFiles, store, events }: ReachOptions): Promise<Reach> {
  // There is a place from the start to put files into.
  await mkdir(join(dataDir, 'media'), { recursive: true, mode: 0o700 })
  const listeners = new Set<() => void>()
  const privatePaths = await withReal([dataDir, ...privateFiles.filter((file) => file !== '')])
  const media = mediaFolders.map((folder) => join(dataDir, folder))
  const files = { privatePaths, mediaFolders: await withReal(media) }
  let editors: EditorReach = { folders: [], hosts: [], ...(store.all()[key] as Partial<EditorReach> | undefined) }
  let editorFolders = await withReal(editors.folders)
  const secret = newSecret()
  let ports: Omit<NetworkPolicy, 'editorHosts'> = { ownHttpPorts: [], ownHttpsPorts: [] }
  let policy: ReachPolicy
  const settle = (): void => {
    policy = { files: { ...files, editorFolders }, network: { editorHosts: editors.hosts, ...ports } }
    for (const listener of listeners) listener()
  }
  settle()
  return {
    policy: () => policy,
    mediaFolders: media,
    editors: () => editors,
    async setEditors(changes) {
      const next = { ...editors, ...changes }
      const folders = [...new Set(next.folders.map((folder) => normalize(folder)))]
      const hosts = [...new Set(next.hosts.map((host) => host.trim()))]
      for (const [index, folder] of folders.entries()) {
        const why = isAbsolute(folder) ? pathProblem(folder, policy.files, false) : `${folder} is not a whole path: start it at the root`
        if (why !== undefined) throw invalid(`folders.${index}`, why)
      }
      for (const [index, host] of hosts.entries()) {
        const why = allowedHostFault(host)
        if (why !== undefined) throw invalid(`hosts.${index}`, why)
      }
      const real = await withReal(folders)
      editorFolders = real
      editors = { folders, hosts }
      store.set({ [key]: editors })
      settle()
      events.publish('editor-reach.updated', editors)
      return editors
    },
    setPorts(next, ownOrigin) {
      ports = { ...next, ownPages: { origin: ownOrigin, secret } }
      settle()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Paths as they are written and as they are: either way of writing one is judged alike. */
async function withReal(paths: readonly string[]): Promise<readonly string[]> {
  return [...new Set([...paths, ...(await Promise.all(paths.map(realPathOf)))])]
}

function invalid(field: string, why: string): AppError {
  return new AppError('request.invalid', `body.${field}: ${why}`, { details: { field: `body.${field}` } })
}
