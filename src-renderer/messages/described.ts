import { section } from './language.ts'

/** Settings whose names in the API read badly, by name. */
const settingNames: Readonly<Record<string, string>> = { soundTrack: 'Audio track' }

/**
 * What the host describes in English: titles of kinds, names of settings and of their choices, by key; their help and what sources report
 * as wrong, by sentence. Other languages have tables.
 */
export const t = section('studioKinds', {
  title: (_kind: string, english: string) => english,
  setting: (name: string, english: string) => settingNames[name] ?? english,
  option: (_value: string, english: string) => english,
  help: (english: string) => english,
  problem: (english: string) => english,
  /** Where in a show something is that an export to OBS Studio leaves out, and what it says of it. */
  exportPlace: (english: string) => english,
  exportReason: (english: string) => english,
})
