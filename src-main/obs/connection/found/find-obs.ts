import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** An OBS of this machine by its settings, with its password. */
export interface ObsOnMachine {
  readonly id: string
  readonly folder: string
  readonly packaging: 'system' | 'flatpak' | 'snap' | 'portable'
  readonly port: number
  readonly serverEnabled: boolean
  readonly authentication: boolean
  /** Empty where its settings hold none. */
  readonly password: string
}

/** Files of settings are small; larger files are skipped. */
const maxBytes = 1024 * 1024
const usualPort = 4455

/** Folders in which OBS keeps its settings, by how it was installed. */
async function settingsFolders(env: NodeJS.ProcessEnv): Promise<{ folder: string; packaging: ObsOnMachine['packaging'] }[]> {
  const home = env.HOME || homedir()
  const folders: { folder: string; packaging: ObsOnMachine['packaging'] }[] = []
  if (process.platform === 'win32') {
    if (env.APPDATA) folders.push({ folder: join(env.APPDATA, 'obs-studio'), packaging: 'system' })
  } else if (process.platform === 'darwin') {
    folders.push({ folder: join(home, 'Library/Application Support/obs-studio'), packaging: 'system' })
  } else {
    folders.push(
      { folder: join(env.XDG_CONFIG_HOME || join(home, '.config'), 'obs-studio'), packaging: 'system' },
      { folder: join(home, '.var/app/com.obsproject.Studio/config/obs-studio'), packaging: 'flatpak' },
    )
    // Snap keeps a folder for each revision, and `current` leads to the newest.
    const snap = join(home, 'snap/obs-studio')
    for (const name of (await readdir(snap).catch(() => [])).filter((each) => each === 'current' || each === 'common')) {
      folders.push({ folder: join(snap, name, '.config/obs-studio'), packaging: 'snap' })
    }
  }
  return folders
}

/** Looks for OBS by its own settings. `env` is this process's in the program. */
export async function findObs(env: NodeJS.ProcessEnv = process.env): Promise<readonly ObsOnMachine[]> {
  const found = await Promise.all((await settingsFolders(env)).map(({ folder, packaging }) => readSettings(folder, packaging)))
  return found.filter((each) => each !== undefined)
}

/** Reads the settings in a folder again; undefined when they have gone. */
export async function readSettings(folder: string, packaging: ObsOnMachine['packaging'] = 'system'): Promise<ObsOnMachine | undefined> {
  // From OBS 30.2 on a file of its own; before that a section of the file with everything.
  const server =
    readServerFile(await readSmall(join(folder, 'plugin_config/obs-websocket/config.json'))) ??
    readGlobalIni(await readSmall(join(folder, 'global.ini')))
  return server && { id: `found_${createHash('sha256').update(folder).digest('base64url').slice(0, 12)}`, folder, packaging, ...server }
}

type Server = Pick<ObsOnMachine, 'port' | 'serverEnabled' | 'authentication' | 'password'>

function readServerFile(text: string | undefined): Server | undefined {
  if (text === undefined) return undefined
  try {
    const said = JSON.parse(text) as Record<string, unknown>
    return {
      port: portOf(said.server_port),
      serverEnabled: said.server_enabled === true,
      authentication: said.auth_required !== false,
      password: typeof said.server_password === 'string' ? said.server_password : '',
    }
  } catch {
    return undefined
  }
}

/** Undefined where the file is not that of an OBS. One that was never started with a server has no section for it. */
function readGlobalIni(text: string | undefined): Server | undefined {
  if (text === undefined) return undefined
  const values = new Map<string, string>()
  let section = ''
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const [, name] = /^\s*\[([^\]]*)\]/.exec(line) ?? []
    if (name !== undefined) section = name
    const [, key, value] = /^\s*([^=;#\s][^=]*?)\s*=(.*)$/.exec(line) ?? []
    if (section === 'OBSWebSocket' && key !== undefined) values.set(key, (value ?? '').trim())
  }
  return {
    port: portOf(Number(values.get('ServerPort'))),
    serverEnabled: values.get('ServerEnabled') === 'true',
    authentication: values.get('AuthRequired') !== 'false',
    password: values.get('ServerPassword') ?? '',
  }
}

const portOf = (value: unknown): number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536 ? Number(value) : usualPort

async function readSmall(file: string): Promise<string | undefined> {
  try {
    const { size } = await stat(file)
    return size > maxBytes ? undefined : await readFile(file, 'utf8')
  } catch {
    return undefined
  }
}
