import type { LiveConfig, LiveRuntimeSettings } from './live-config.ts'

/** Where the part reads the settings that may change while the host runs; `undefined` means as configured. */
export type LiveSettingsSource = () => Partial<LiveRuntimeSettings>

/** The settings in force: what was changed while running, else what was configured. Read again at each use. */
export function settingsInForce(config: LiveConfig, source: LiveSettingsSource | undefined): LiveRuntimeSettings {
  const changed = source?.() ?? {}
  return {
    reconnectWindowMs: changed.reconnectWindowMs ?? config.reconnectWindowMs,
    cdnPrefix: changed.cdnPrefix ?? config.cdnPrefix,
  }
}
