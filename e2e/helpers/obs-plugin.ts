import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { obsMissing } from './obs-studio.ts'
import { root } from './paths.ts'

/** Why the plugin cannot be tried here; undefined where it can. */
export function obsPluginMissing(): string | undefined {
  return obsMissing() ?? (existsSync('/usr/include/obs/obs-module.h') ? undefined : 'The headers of OBS are not installed (libobs-dev)')
}

/** Builds the plugin and puts it where users put it, below this home. */
export function installObsPlugin(home: string): void {
  const [plugin = ''] = execFileSync(process.execPath, [join(root, 'scripts/build-obs-plugin.mjs')], { encoding: 'utf8' }).split('\n')
  const plugins = join(home, '.config/obs-studio/plugins')
  mkdirSync(plugins, { recursive: true })
  cpSync(plugin, join(plugins, 'ami-streams'), { recursive: true })
}
