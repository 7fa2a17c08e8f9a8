import { homedir } from 'node:os'
import { join } from 'node:path'

/** The usual place for a program's own data on each system. */
export function defaultDataFolder(
  platform: NodeJS.Platform = process.platform,
  environment: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): string {
  if (platform === 'win32') return join(environment.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'AMI Streams')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'AMI Streams')
  return join(environment.XDG_DATA_HOME || join(home, '.local', 'share'), 'ami-streams')
}
